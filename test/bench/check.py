#!/usr/bin/python3
"""CPU time of `gridlock check` as a ratio to `clang -fsyntax-only` on the same files,
in one run.   test/bench/check.py [--corpus DIR] [--limit N] [--llvm N] [--build DIR]

DIR holds a compile_commands.json; default: Debian's Boost.Asio examples. Targets:
cold <= 1.10 (extraction) and an unchanged second run <= 0.02 of the cold one.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]


def cpu(command, cwd=None):
    """User + system seconds of COMMAND and its children, and its exit status."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, status


def syntax_only(entry, clang):
    arguments = entry["arguments"] if "arguments" in entry else entry["command"].split()
    return [clang, *[a for a in arguments[1:] if a != "-c"], "-fsyntax-only", "-w"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", default=root / "build/asio-examples", type=pathlib.Path)
    parser.add_argument("--build", default=root / "build/dev", type=pathlib.Path)
    parser.add_argument("--limit", default=20, type=int, help="every so-many-th file, this many in all")
    parser.add_argument("--llvm", default="22")
    options = parser.parse_args()
    if not (options.corpus / "compile_commands.json").exists():
        subprocess.run([root / "tools/asio-examples.sh", options.corpus], check=True)
    entries = json.loads((options.corpus / "compile_commands.json").read_text())
    entries = entries[:: max(1, len(entries) // options.limit)][: options.limit]
    scratch = pathlib.Path(tempfile.mkdtemp(dir=options.build))
    clang = f"/usr/bin/clang++-{options.llvm}"
    good = [e for e in entries if cpu(syntax_only(e, clang), e["directory"])[1] == 0]
    (scratch / "compile_commands.json").write_text(json.dumps(good))
    check = [options.build / "bin/gridlock", "check", "-p", scratch, "--llvm", options.llvm, "-j", "1",
             "--cache-dir", scratch / "cache", "--quiet", "--output", os.devnull]

    peer = sum(cpu(syntax_only(e, clang), e["directory"])[0] for e in good)
    cold, _ = cpu(check)
    warm, _ = cpu(check)
    print(f"files                        {len(good)} of {len(entries)} that clang-{options.llvm} accepts")
    print(f"clang -fsyntax-only          {peer:8.2f} s CPU")
    print(f"gridlock check, cold         {cold:8.2f} s CPU   ratio {cold / peer:.3f}   (limit 1.10)")
    print(f"gridlock check, unchanged    {warm:8.2f} s CPU   ratio to cold {warm / cold:.4f}   (limit 0.02)")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""CPU time of extraction as a ratio to `clang -fsyntax-only` on the same files, and of
`gridlock check` cold, unchanged, and with one file changed, in one run.
    test/bench/check.py [--corpus DIR] [--limit N] [--llvm N] [--build DIR]

DIR holds a compile_commands.json; default: Debian's Boost.Asio examples. Targets:
extraction <= 1.10, an unchanged second run <= 0.02 of the cold one, and one extraction
for one changed file.
"""
import argparse
import json
import os
import pathlib
import resource
import shlex
import shutil
import subprocess
import tempfile
import time

root = pathlib.Path(__file__).resolve().parents[2]


def cpu(command, cwd=None):
    """User + system seconds of COMMAND and its children, and its exit status."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, status


def add_options(parser, limit):
    parser.add_argument("--corpus", default=root / "build/asio-examples", type=pathlib.Path)
    parser.add_argument("--build", default=root / "build/dev", type=pathlib.Path)
    parser.add_argument("--limit", default=limit, type=int, help="every so-many-th file, this many in all; 0: all")
    parser.add_argument("--llvm", default="22")


def sample(options):
    """The entries chosen, with their arguments without compiler, -c and -o."""
    if not (options.corpus / "compile_commands.json").exists():
        subprocess.run([root / "tools/asio-examples.sh", options.corpus], check=True)
    entries = json.loads((options.corpus / "compile_commands.json").read_text())
    if options.limit:
        entries = entries[:: max(1, len(entries) // options.limit)][: options.limit]
    for entry in entries:
        words = iter((entry["arguments"] if "arguments" in entry else shlex.split(entry["command"]))[1:])
        arguments = []
        for word in words:
            if word == "-o":
                next(words)
            elif word != "-c":
                arguments.append(word)
        yield entry, arguments


def main():
    parser = argparse.ArgumentParser()
    add_options(parser, limit=20)
    options = parser.parse_args()
    scratch = pathlib.Path(tempfile.mkdtemp(dir=options.build))
    clang = f"/usr/bin/clang++-{options.llvm}"
    # File by file, so that a busy machine disturbs both alike.
    good = []  # what Clang accepts
    peer = extracted = 0
    extractor = [options.build / f"bin/gridlock-extract-{options.llvm}"]
    for number, (entry, arguments) in enumerate(sample(options)):
        unit = scratch / "unit.json"
        unit.write_text(json.dumps({"directory": entry["directory"], "file": entry["file"], "root": str(root),
                                    "label": "", "arguments": [clang, *arguments, "-c"]}))
        extract = [*extractor, "--unit", unit, "-o", scratch / "unit.glkf", "-d", scratch / "unit.d"]
        syntax = [clang, *arguments, "-fsyntax-only", "-w"]
        for command in ((syntax, extract) if number % 2 else (extract, syntax)):
            spent, status = cpu(command, entry["directory"])
            if command is syntax:
                of_peer, accepted = spent, status == 0
            else:
                of_extractor = spent
        if accepted:
            good.append((entry, arguments))
            peer, extracted = peer + of_peer, extracted + of_extractor
    # A file of its own that can be changed; its includes are found where they are.
    changed = scratch / "changed.cpp"
    shutil.copy(pathlib.Path(good[0][0]["directory"], good[0][0]["file"]), changed)
    folder = pathlib.Path(good[0][0]["directory"], good[0][0]["file"]).parent
    flags = [a for a in good[0][1] if a != good[0][0]["file"]]
    entries = [entry for entry, _ in good[1:]]
    entries.append({"directory": good[0][0]["directory"], "file": str(changed),
                    "arguments": [clang, *flags, f"-I{folder}", "-c", str(changed)]})
    (scratch / "compile_commands.json").write_text(json.dumps(entries))
    check = [options.build / "bin/gridlock", "check", "-p", scratch, "--llvm", options.llvm, "-j", "1",
             "--cache-dir", scratch / "cache", "--quiet", "--output", os.devnull]
    cold, _ = cpu(check)
    warm, _ = cpu(check)
    with changed.open("a") as source:
        source.write("// changed\n")
    before = time.time()
    one, _ = cpu(check)
    again = sum(f.stat().st_mtime >= before for f in (scratch / "cache").glob("llvm-*/*.glkf"))
    print(f"files                        {len(good)}, those that clang-{options.llvm} accepts")
    print(f"clang -fsyntax-only          {peer:8.2f} s CPU")
    print(f"extraction                   {extracted:8.2f} s CPU   ratio {extracted / peer:.3f}   (limit 1.10)")
    print(f"gridlock check, cold         {cold:8.2f} s CPU   ratio {cold / peer:.3f}")
    print(f"gridlock check, unchanged    {warm:8.2f} s CPU   ratio to cold {warm / cold:.4f}   (limit 0.02)")
    print(f"gridlock check, one changed  {one:8.2f} s CPU   {again} of {len(entries)} extracted   (limit 1)")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()

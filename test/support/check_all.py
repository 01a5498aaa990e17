#!/usr/bin/python3
"""Runs one test file through every front end against the same CHECK lines.

check_all.py --build DIR --majors 19,22 -- CHECK FILE [--profile P] [-- FLAGS]

Each of `gridlock check --llvm N` and `clang-tidy-N -load`, and of the newest major
`gridlock check --objects` of what `clang -fplugin` compiled, must print what the
file's CHECK lines say and no other warning; a file without CHECK lines must give
no warning at all. All must give the same warnings and notes, checked or not.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def said(output):
    """Warnings and notes with their places; without what the command-line tool shows of edits."""
    found = re.findall(r"^(?:.*/)?([^/:\n]+):(\d+):(\d+): (warning|note): (.*)$", output, re.M)
    return {f for f in found if not f[4].startswith("the fix ")}


def difference(label, output, first_label, first):
    problems = [f"only {first_label} says {item}" for item in sorted(first - said(output))]
    problems += [f"only {label} says {item}" for item in sorted(said(output) - first)]
    return "\n".join(problems)


def verify(label, output, error, source, filecheck):
    output = "\n".join(l for l in output.splitlines() if "CHECK" not in l) + "\n"
    has_checks = re.search(r"//\s*CHECK", open(source).read())
    if not has_checks:
        if "warning:" in output or "error:" in output:
            return f"{label}: expected no finding, got:\n{output}{error}"
        return ""
    done = subprocess.run(
        [filecheck, source, "--implicit-check-not=warning:", "--implicit-check-not=error:"],
        input=output, capture_output=True, text=True)
    if done.returncode:
        return f"{label}: {done.stderr}\n--- output\n{output}\n--- stderr\n{error}"
    return ""


def from_object(build, major, file, check, profile, flags):
    """What `gridlock check --objects` says of an object that the user's compile made."""
    with tempfile.TemporaryDirectory() as folder:
        compiler = f"/usr/bin/clang{'' if file.endswith('.c') else '++'}-{major}"
        status, output, error = run(
            [compiler, f"-fplugin={build}/lib/GridlockClang-{major}.so", "-w", *flags,
             "-c", file, "-o", os.path.join(folder, "test.o")])
        if status:
            return status, output, error
        return run([f"{build}/bin/gridlock", "check", "--checks", f"-*,{check}", "--profile", profile,
                    "--quiet", "--objects", os.path.join(folder, "test.o")])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--majors", required=True)
    arguments = sys.argv[1:]
    cut = arguments.index("--")
    options = parser.parse_args(arguments[:cut])
    test = arguments[cut + 1:]
    flags = ["-std=c++20"]
    if "--" in test:
        cut = test.index("--")
        flags, test = flags + test[cut + 1:], test[:cut]
    inner = argparse.ArgumentParser()
    inner.add_argument("check")
    inner.add_argument("file")
    inner.add_argument("--profile", default="default")
    wanted = inner.parse_args(test)
    check = wanted.check if wanted.check.startswith("gridlock-") else "gridlock-" + wanted.check
    if wanted.file.endswith(".c"):
        flags[0] = "-std=c11"

    problems = []
    first = None
    for major in options.majors.split(","):
        filecheck = f"/usr/lib/llvm-{major}/bin/FileCheck"
        status, output, error = run(
            [f"{options.build}/bin/gridlock", "check", wanted.file, "--checks", f"-*,{check}",
             "--profile", wanted.profile, "--llvm", major, "--quiet", "--", *flags])
        if status not in (0, 1):
            problems.append(f"gridlock check --llvm {major}: exit status {status}\n{output}{error}")
        problems.append(verify(f"gridlock check --llvm {major}", output, error, wanted.file, filecheck))
        if first is None:
            first_label, first = f"gridlock check --llvm {major}", said(output)
        problems.append(difference(f"gridlock check --llvm {major}", output, first_label, first))
        status, output, error = run(
            [f"/usr/bin/clang-tidy-{major}", f"-load={options.build}/lib/GridlockTidy-{major}.so",
             f"--checks=-*,{check}", "--header-filter=.*",
             f"--config={{CheckOptions: {{gridlock.Profile: {wanted.profile}}}}}",
             wanted.file, "--", *flags])
        if status:
            problems.append(f"clang-tidy-{major}: exit status {status}\n{output}{error}")
        problems.append(verify(f"clang-tidy-{major}", output, error, wanted.file, filecheck))
        problems.append(difference(f"clang-tidy-{major}", output, first_label, first))
    label = f"gridlock check --objects ({major})"
    status, output, error = from_object(options.build, major, wanted.file, check, wanted.profile, flags)
    if status not in (0, 1):
        problems.append(f"{label}: exit status {status}\n{output}{error}")
    problems.append(verify(label, output, error, wanted.file, filecheck))
    problems.append(difference(label, output, first_label, first))
    problems = [p for p in problems if p]
    print("\n".join(problems), file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

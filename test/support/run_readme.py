#!/usr/bin/python3
"""Executes a Markdown page: run_readme.py PAGE SCRATCH ROOT

Fenced blocks, in order, in the folder SCRATCH, with $GRIDLOCK = ROOT:
  ```LANG file=PATH      is written to SCRATCH/PATH
  ```sh [status=N]       is run by bash; its exit status must be N (default 0)
  ```text                must be found, line by line and in order, in what the block
                         before printed; `...` stands for anything
  ```sh elsewhere        is not run here: another test runs it (it must be named
                         in ELSEWHERE below)
Any other block is an error, so that nothing in the page goes unexecuted.
"""
import os
import pathlib
import re
import subprocess
import sys

ELSEWHERE = {"tools/quickstart.sh": "test/readme/quickstart.test", "test/run.sh": "the run that runs this"}


def matches(pattern, line):
    return re.fullmatch(".*".join(re.escape(p) for p in pattern.strip().split("...")), line.strip())


def main(page, scratch, root):
    os.makedirs(scratch, exist_ok=True)
    environment = dict(os.environ, GRIDLOCK=root)
    blocks = re.findall(r"^```(.*)\n((?:(?!```).*\n)*)```$", pathlib.Path(page).read_text(), re.M)
    printed, ran = "", 0
    for head, body in blocks:
        language, *options = head.split()
        option = dict(o.partition("=")[::2] for o in options)
        if "file" in option:
            target = pathlib.Path(scratch, option["file"])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body)
        elif language == "sh" and "elsewhere" in option:
            for line in body.splitlines():
                command = line.split("#")[0].strip()
                if command and command not in ELSEWHERE:
                    return f"{page}: {command!r} is run by no test"
        elif language == "sh":
            done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", body], cwd=scratch, env=environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            printed, ran = done.stdout, ran + 1
            if done.returncode != int(option.get("status", 0)):
                return f"{page}: exit status {done.returncode} from\n{body}\n{printed}"
        elif language == "text":
            lines = iter(printed.splitlines())
            for pattern in body.splitlines():
                if pattern.strip() in ("", "..."):
                    continue
                if not any(matches(pattern, line) for line in lines):
                    return f"{page}: expected line {pattern!r} (in this order) in\n{printed}"
        else:
            return f"{page}: block ```{head} is neither a file, nor run, nor compared"
    print(f"{page}: {ran} command blocks run")
    return ran == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

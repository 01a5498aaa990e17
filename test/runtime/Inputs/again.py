#!/usr/bin/python3
"""Runs another test's program, built otherwise, against that test's own expectations: its RUN
lines with %three_ways and those that look at each way's report. Arguments: the substitutions of
%three_ways, %expect and %FileCheck, the folder for what is made, and the sources."""
import pathlib
import re
import subprocess
import sys

three_ways, expect, filecheck, folder, *sources = sys.argv[1:]
failed = False
for source in map(pathlib.Path, sources):
    out = f"{folder}.{source.stem}"
    run, lines = re.compile(r"^// RUN: ?(.*?)(\\?)$", re.M), [""]
    for text, goes_on in run.findall(source.read_text()):
        lines[-1] += text
        if not goes_on:
            lines.append("")
    chosen = [line for line in lines if line.startswith(("%three_ways", "for w in "))]
    assert len(chosen) > 1, f"{source} has no expectations"
    for line in chosen:
        for name, value in (("%three_ways", f"{three_ways} --out {out}"), ("%expect", expect),
                            ("%FileCheck", filecheck), ("%t", out), ("%s", str(source))):
            line = line.replace(name, value)
        if subprocess.run(["sh", "-c", line]).returncode != 0:
            print(f"{source.name}: failed: {line[:100]} ...")
            failed = True
            break
sys.exit(failed)

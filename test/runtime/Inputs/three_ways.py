#!/usr/bin/python3
"""Builds a program plain, with the shared and with the static monitor, runs each, and
writes OUT.WAY.txt and OUT.WAY.json. All must exit with --status."""
import argparse
import os
import shutil
import subprocess
import sys

parser = argparse.ArgumentParser()
for name in ("build", "root", "cxx", "cc", "out"):
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--status", type=int, default=0)
parser.add_argument("--options", default="", help="GRIDLOCK_OPTIONS")
parser.add_argument("--flags", default="", help="further ones of the compiler, separated by commas")
parser.add_argument("source")
args = parser.parse_args()

library = f"{args.build}/lib"
gridlock = f"{args.build}/bin/gridlock"
is_c = args.source.endswith(".c")
base = [args.cc if is_c else args.cxx, "-g", "-O1", "-pthread", args.source,
        f"-I{args.root}/test/runtime/Inputs", f"-I{args.root}/runtime-monitor/include"]
base += ([] if is_c else ["-std=c++20"]) + [flag for flag in args.flags.split(",") if flag]
ways = {
    "preloaded": [],
    "shared": ["-Wl,--no-as-needed", f"{library}/libgridlock-monitor.so", f"-Wl,-rpath,{library}"],
    "static": ["-Wl,--whole-archive", f"{library}/libgridlock-monitor.a",
               *([f"{library}/libgridlock-monitor-libcxx.a"] if "-stdlib=libc++" in args.flags else []),
               "-Wl,--no-whole-archive", "-ldl"]
    + (["-lstdc++"] if is_c else []),
}
for way, flags in ways.items():
    program, records = f"{args.out}.{way}", f"{args.out}.{way}.records"
    shutil.rmtree(records, ignore_errors=True)
    subprocess.run(base + flags + ["-o", program], check=True)
    environment = dict(os.environ, GRIDLOCK_OPTIONS=args.options)
    if way == "preloaded":
        command = [gridlock, "run", "--output", records, "--", program]
    else:
        command = [program]
        environment["GRIDLOCK_OPTIONS"] = f"{args.options}:dir={records}:verbosity=0".lstrip(":")
    done = subprocess.run(command, env=environment, timeout=60)
    if done.returncode != args.status:
        sys.exit(f"{way}: exit status {done.returncode}, expected {args.status}")
    for form, suffix in (("text", "txt"), ("json", "json")):
        subprocess.run([gridlock, "report", records, "--format", form, "--output", f"{args.out}.{way}.{suffix}"],
                       check=True)

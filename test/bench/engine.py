#!/usr/bin/python3
"""CPU time and memory of the engine on generated programs (test/bench/engine/Programs.h),
all checks at once.   test/bench/engine.py [--build DIR] [--runs N] [--sizes N,N...]

Realistic programs of 10 thousand, 100 thousand and 1 million functions with 5 calls each,
then worst cases. Each run is a process of its own; the median of RUNS counts. Targets: at
most 10 s CPU and 2 GiB at 1 million, and time growing no faster than n log n: the growth
column is the time's ratio to the first size over that of n log n.
"""
import argparse
import math
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
WORST = [("cycle", 100_000), ("chain", 1_000_000), ("huge", 200_000), ("locks", 10_000), ("hub", 10_000),
         ("overrides", 5_000)]


def measure(bench, shape, size, runs, scratch):
    folder = scratch / f"{shape}-{size}"
    subprocess.run([bench, "make", shape, str(size), folder], check=True)
    results = []
    for _ in range(runs):
        line = subprocess.run([bench, "run", folder], check=True, capture_output=True, text=True).stdout
        results.append({k: float(v) for k, v in (pair.split("=") for pair in line.split())})
    shutil.rmtree(folder)
    return {key: statistics.median(r[key] for r in results) for key in results[0]}


def built(build):
    """How the program was compiled, from the build folder's cache."""
    cache = dict(re.findall(r"^(CMAKE_\w+):\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M))
    kind = cache.get("CMAKE_BUILD_TYPE", "")
    flags = [cache.get("CMAKE_CXX_FLAGS", ""), cache.get("CMAKE_CXX_FLAGS_" + kind.upper(), "")]
    return " ".join([kind, *flags]).split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=root / "build/dev", type=pathlib.Path)
    parser.add_argument("--runs", default=3, type=int)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    options = parser.parse_args()
    bench = options.build / "bin/bench-engine"
    scratch = pathlib.Path(tempfile.mkdtemp(dir=options.build))
    print("build:", *built(options.build))
    print(f"{'program':22} {'functions':>10} {'calls':>10} {'findings':>9} {'read s':>7} {'CPU s':>7} {'MiB':>6} growth")
    first = None
    for shape, size in [("realistic", int(s)) for s in options.sizes.split(",")] + WORST:
        m = measure(bench, shape, size, options.runs, scratch)
        growth = ""
        if shape == "realistic":
            first = first or (m["cpu"], size)
            growth = f"{m['cpu'] / first[0] / (size * math.log(size) / first[1] / math.log(first[1])):.2f}"
        print(f"{shape + ' ' + str(size):22} {m['functions']:10.0f} {m['calls']:10.0f} {m['findings']:9.0f} "
              f"{m['read']:7.2f} {m['cpu']:7.2f} {m['rss']:6.0f} {growth}", flush=True)
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()

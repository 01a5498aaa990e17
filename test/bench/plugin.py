#!/usr/bin/python3
"""CPU time of `clang++ -O1 -g -c` with the Clang plugin as a ratio to the same compile
without it.   test/bench/plugin.py [--corpus DIR] [--limit N] [--llvm N] [--build DIR]

With and without take turns, file by file, ROUNDS times; a file counts with the median of
its rounds. Target: <= 1.03 over all files. DIR holds a compile_commands.json; default:
Debian's Boost.Asio examples.
"""
import argparse
import os
import pathlib
import statistics
import subprocess

from check import add_options, cpu, sample


def main():
    parser = argparse.ArgumentParser()
    add_options(parser, limit=12)
    parser.add_argument("--rounds", default=3, type=int)
    options = parser.parse_args()
    clang = f"/usr/bin/clang++-{options.llvm}"
    plugin = f"-fplugin={options.build}/lib/GridlockClang-{options.llvm}.so"
    ratios, bare, embedded = [], 0, 0
    for entry, arguments in sample(options):
        times = {False: [], True: []}
        failed = False  # Clang refuses it
        for turn in range(options.rounds * 2):
            watched = turn % 2 == 1
            command = [clang, *arguments, "-O1", "-g", "-w", "-c", "-o", os.devnull]
            spent, status = cpu(command + [plugin] * watched, entry["directory"])
            times[watched].append(spent)
            failed |= status != 0
            if failed:
                break
        if failed:
            continue
        without, with_plugin = (statistics.median(times[w]) for w in (False, True))
        ratios.append(with_plugin / without)
        bare, embedded = bare + without, embedded + with_plugin
        name = pathlib.Path(entry["file"])
        print(f"{without:8.2f} s  {with_plugin / without:.3f}  {name.parent.name}/{name.name}", flush=True)
    print(f"{len(ratios)} files: {bare:.2f} s bare, {embedded:.2f} s with the plugin, ratio {embedded / bare:.3f}, "
          f"median {statistics.median(ratios):.3f}   (limit 1.03)")


if __name__ == "__main__":
    main()

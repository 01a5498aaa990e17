#!/usr/bin/python3
"""What the monitor costs, each figure against the bare program in one run, in one table.
    test/bench/monitor/run.py [--quick] [--build DIR] [--only ROW,...] [--records DIR]

Bare and watched take turns; hot paths are the least of many short rounds, servers the
median of the turns' ratios. Exit status 1 if a target is missed. Rows whose programs are
not installed are skipped, with their names. --quick: under six minutes.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import servers

root = pathlib.Path(__file__).resolve().parents[3]
Locks = {"mutex": "pthread_mutex", "std": "std::mutex", "recursive": "std::recursive_mutex",
         "exclusive": "std::shared_mutex", "shared": "std::shared_mutex, shared", "spin": "pthread_spin",
         "nested": "two std::mutex, nested",
         "semaphore": "sem_wait and sem_post"}


class Bench:
    def __init__(self, options):
        self.options, self.missed = options, []
        self.program = options.build / "bin/bench-monitor"
        self.gridlock = options.build / "bin/gridlock"
        self.watch = [self.gridlock, "run", "--output", options.records, "--"]
        self.rounds = 3 if options.quick else 9

    def value(self, prefix, *arguments, program=None):
        return float(servers.told([*prefix, program or self.program, *arguments]))

    def both(self, *arguments, watched=None):
        """The least of several turns, bare and watched."""
        bare, seen = [], []
        for _ in range(self.rounds):
            bare.append(self.value([], *arguments))
            seen.append(self.value(self.watch, *(watched or arguments)))
        return min(bare), min(seen)

    def row(self, what, bare, watched, result, target="", ok=None, beside=""):
        verdict = "" if ok is None else "pass" if ok else "MISSED"
        if ok is False:
            self.missed.append(what)
        print(f"{what:33} {bare:>12} {watched:>12} {result:>18} {target:>14} {verdict:6} {beside}".rstrip(), flush=True)

    def skip(self, what, why):
        print(f"{what:33} skipped: {why}", flush=True)

    def locks(self):
        peers = self.peers()
        for kind, name in Locks.items():
            bare, watched = self.both(kind)
            beside = []
            for peer, (prefix, program, native) in peers.items():
                ratio = min(self.value(prefix, kind, program=program) for _ in range(2)) / min(
                    self.value([], kind, program=native) for _ in range(2))
                beside.append(f"{peer} {ratio:.0f}")
            target = 1.5 if kind not in ("nested", "semaphore") else None
            self.row(f"lock pair: {name}", f"{bare:.2f} ns", f"{watched:.2f} ns", f"{watched / bare:.2f}",
                     f"<= {target}" if target else "", watched / bare <= target if target else None,
                     ", ".join(beside))

    def contended(self):
        turns = [(self.value([], "contended"), self.value(self.watch, "contended")) for _ in range(3 * self.rounds)]
        bare, watched = (statistics.median(times) for times in zip(*turns))
        cost = statistics.median(watched / bare for bare, watched in turns)
        self.row("std::mutex, contended", f"{bare:.0f} ns", f"{watched:.0f} ns", f"{cost:.3f}", "<= 1.02", cost <= 1.02)

    def peers(self):
        """By name: prefix, program, and the program it is compared with."""
        found = {}
        compiler = shutil.which("g++") or shutil.which("clang++")
        source = root / "test/bench/monitor/bench.cpp"
        if compiler:
            base = [compiler, "-std=c++20", "-O2", "-pthread", "-DNO_MONITOR_HEADERS", source]
            plain, sanitized = self.options.records / "plain", self.options.records / "tsan"
            servers.told([*base, "-o", plain])
            try:
                servers.told([*base, "-w", "-fsanitize=thread", "-o", sanitized])
                self.value([], "mutex", program=sanitized)
                found["TSan"] = [], sanitized, plain
            except (RuntimeError, ValueError):
                self.skip("TSan beside it", f"{compiler} can't build or run it here")
        if shutil.which("valgrind"):
            found["Helgrind"] = ["valgrind", "-q", "--tool=helgrind", "--log-file=/dev/null"], self.program, self.program
        else:
            self.skip("Helgrind beside it", "no valgrind (apt-get install valgrind)")
        return found

    def tick(self):
        bare, watched = self.both("tick")
        self.row("epoll tick", f"{bare:.0f} ns", f"{watched:.0f} ns", f"{watched / bare:.3f}", "<= 1.10",
                 watched / bare <= 1.10)

    def resume(self):
        bare, none = self.both("resume", watched=["resume"])
        self.row("coroutine resume, not observed", f"{bare:.2f} ns", f"{none:.2f} ns", f"{none / bare:.2f}")
        header = min(self.value([], "resume-observed") for _ in range(self.rounds))
        self.row("  header, no monitor", f"{bare:.2f} ns", f"{header:.2f} ns", f"+ {header - bare:.2f} ns")
        observed = min(self.value(self.watch, "resume-observed") for _ in range(self.rounds))
        self.row("  observed", f"{bare:.2f} ns", f"{observed:.2f} ns", f"+ {observed - bare:.2f} ns")

    def idle(self):
        seconds = 10 if self.options.quick else 60
        run = [subprocess.Popen([*map(str, prefix), str(self.program), "idle", str(seconds)], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True) for prefix in ([], self.watch)]
        bare, watched = (float(process.communicate()[0]) for process in run)
        self.row("idle: 4 loops, 1 heartbeat", f"{bare:.3%}", f"{watched:.3%}", f"{watched - bare:.3%} of a core", "<= 1 %",
                 watched - bare <= 0.01)

    def memory(self):
        for count in (1000, 100000, 1000000):
            bare, watched = self.both("memory", str(count))
            limit = (32 << 20) + 200 * count
            mib = 1 << 20
            self.row(f"memory: {count} locks", f"{bare / mib:.1f} MiB", f"{watched / mib:.1f} MiB",
                     f"+ {(watched - bare) / mib:.1f} MiB", f"<= {limit / mib:.0f} MiB", watched - bare <= limit)

    def start(self):
        def took(prefix):
            start = time.perf_counter()
            subprocess.run([*map(str, prefix), str(self.program), "nothing"], check=True, stderr=subprocess.DEVNULL)
            return (time.perf_counter() - start) * 1000
        turns = [(took([]), took(self.watch)) for _ in range(10 * self.rounds)]
        bare, watched = (min(times) for times in zip(*turns))
        self.row("start and end, gridlock run", f"{bare:.2f} ms", f"{watched:.2f} ms", f"+ {watched - bare:.2f} ms", "< 20 ms",
                 watched - bare < 20)

    def servers(self):
        servers.Memcached.client = self.options.build / "bin/bench-memcached-load"
        seconds, rounds = (1.5, 7) if self.options.quick else (3, 21)
        for kind in servers.kinds.values():
            try:
                seen = servers.compare(kind, self.gridlock, seconds, rounds)
            except servers.Missing as missing:
                self.skip(kind.name, f"no {missing}")
                continue
            bare, watched = seen["bare"], seen["watched"]
            self.row(kind.name, f"{bare[0]:.0f} /s", f"{watched[0]:.0f} /s", f"{seen['throughput']:.3f}", ">= 0.95",
                     seen["throughput"] >= 0.95,
                     f"CPU a request {seen['cpu']:.3f}; p50 {bare[1]:.0f} -> {watched[1]:.0f} us, "
                     f"p99 {bare[2]:.0f} -> {watched[2]:.0f} us")


def main():
    rows = ("locks", "contended", "tick", "resume", "idle", "memory", "start", "servers")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--build", default=root / "build/dev", type=pathlib.Path)
    parser.add_argument("--only", default="", help=f"rows, of {', '.join(rows)}; or servers by name")
    parser.add_argument("--records", type=pathlib.Path, help="a folder to keep; default: none")
    options = parser.parse_args()
    only = options.only.split(",") if options.only else rows
    for name in only:
        if name not in rows and name not in servers.kinds:
            parser.error(f"no row '{name}'; there are {', '.join([*rows, *servers.kinds])}")
    some = {name: kind for name, kind in servers.kinds.items() if name in only}
    if some:
        servers.kinds = some
        only = [name for name in only if name in rows] + ["servers"]
    with tempfile.TemporaryDirectory() as folder:
        options.records = options.records or pathlib.Path(folder)
        options.records.mkdir(exist_ok=True)
        bench = Bench(options)
        with open("/proc/cpuinfo") as file:
            cpu = next((line.partition(": ")[2].strip() for line in file if line.startswith("model name")), "?")
        print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} x {cpu}, load {os.getloadavg()[0]:.1f}")
        bench.row("", "bare", "watched", "cost", "target")
        for name in only:
            getattr(bench, name)()
    print("missed: " + ", ".join(bench.missed) if bench.missed else "all targets met")
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())

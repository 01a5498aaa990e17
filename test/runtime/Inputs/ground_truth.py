"""Runs a program under strace and the monitor, and compares for each loop what its
thread was blocked between two waits: by strace's account, and by the report's."""
import argparse
import json
import os
import re
import subprocess
import sys

parser = argparse.ArgumentParser()
for name in ("monitor", "gridlock", "out"):
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("program", nargs="+")
args = parser.parse_args()

records, trace = f"{args.out}.records", f"{args.out}.strace"
done = subprocess.run(
    ["strace", "-f", "-ttt", "-T", "-s", "64", "-o", trace, "-E", f"LD_PRELOAD={args.monitor}", "-E",
     f"GRIDLOCK_OPTIONS=dir={records}:follow_children=0:verbosity=0:captures_per_second=100", *args.program], timeout=120)
if done.returncode:
    sys.exit(f"the program ended with {done.returncode}")
report = json.loads(subprocess.run([args.gridlock, "report", records, "--format", "json"], check=True,
                                   capture_output=True, text=True).stdout)

# Per thread: (call, arguments, start, duration), in seconds.
calls, began = {}, {}
line_form = re.compile(r"(\d+) +(\d+\.\d+) (?:<\.\.\. )?(\w+)(.*)$")
for line in open(trace, errors="replace"):
    match = line_form.match(line)
    if not match:
        continue  # signals, exits
    tid, time, call, rest = int(match[1]), float(match[2]), match[3], match[4]
    took = re.search(r"<(\d+\.\d+)>$", rest)
    if "<unfinished ...>" in rest:
        began[tid] = time, rest
    elif took:
        start, before = began.pop(tid, (time, ""))
        calls.setdefault(tid, []).append((call, before + rest, start, float(took[1])))

# What strace saw: by function, which the program names in a write that fails. What
# has to be reported are calls over 50 ms, and over 10 ms in iterations over 100 ms.
SYSTEM_CALLS = {"epoll_wait": ("epoll_wait",), "poll": ("poll",), "select": ("select", "pselect6")}
seen, every, callbacks = {}, {}, 0
for loop in report["loops"]:
    mine = calls[loop["tid"]]
    waits = [i for i, c in enumerate(mine) if c[0] in SYSTEM_CALLS[loop["wait"].split("/")[1]]]
    for first, last in zip(waits[2:], waits[3:]):
        inside = mine[first + 1:last]
        length = mine[last][2] - (mine[first][2] + mine[first][3])
        least = 0.010 if length >= 0.100 else 0.050
        name = None
        for call, arguments, _, took in inside:
            if call == "write" and arguments.startswith("(-1, "):
                name = arguments.split('"')[1]
                callbacks += 1
                seen.setdefault(name, 0.0)
            elif name:
                every[name] = every.get(name, 0.0) + took
                seen[name] += took if took >= least else 0.0

reported = dict.fromkeys(seen, 0.0)
for f in report["findings"]:
    if f["rule"] in ("gridlock-blocking-in-callback", "gridlock-loop-stall"):
        names = [n["message"].split("Work::")[1].split()[0] for n in f["notes"] if "Work::" in n["message"]]
        reported[names[-1] if names else "?"] = reported.get(names[-1] if names else "?", 0.0) + f["total_ns"] / 1e9
good = 0
for name in sorted(reported):
    truth, most = seen.get(name, 0.0), every.get(name, 0.0)
    # What strace's stops take is time for the monitor, but not in strace's own account.
    fine = 0.95 * truth <= reported[name] <= 1.02 * most + 0.020
    good += fine
    print(f"{name}: {truth * 1000:.0f} ms by strace, {reported[name] * 1000:.0f} ms reported{'' if fine else ': NOT'}",
          file=sys.stderr)
print(f"{callbacks} of {3 * len(seen)} callbacks of {len(report['loops'])} loops, "
      f"{good} of {len(reported)} functions")
print(f"{sum(seen.values()) * 1000:.0f} ms by strace, "
      f"{100 * sum(reported.values()) / sum(seen.values()):.0f} % of it reported")

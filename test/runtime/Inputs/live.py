#!/usr/bin/python3
"""live.py GRIDLOCK DIRECTORY PROGRAM LINKED: looks at the running victim of live.cpp in
every way, then lets it end; it exits with 1 if it was disturbed."""
import json
import os
import re
import signal
import subprocess
import sys
import time

gridlock, directory, plain, linked = sys.argv[1:]


def tell(*arguments, status=0):
    done = subprocess.run([gridlock, *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode != status:
        sys.exit(f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def need(text, *words):
    for word in words:
        if word not in text:
            sys.exit(f"'{word}' is not in:\n{text}")


def child_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return int(file.read().split()[0])


def until(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    sys.exit("waited in vain")


for way, command in (("preloaded", [gridlock, "run", "--output", directory, "--", plain]), ("linked", [linked])):
    environment = dict(os.environ, GRIDLOCK_OPTIONS="" if way == "preloaded" else f"dir={directory}:live_signal=12")
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
    need(program.stdout.readline(), "ready")
    pid = child_of(program.pid) if way == "preloaded" else program.pid

    def stalled():
        return "stalled now" in tell("top", str(pid), "--once")

    until(stalled)
    for _ in range(20):
        tell("report", "--live", str(pid))
    view = tell("top", str(pid), "--once")
    need(view, "event loop", "stalls_bad at ", "waits_bad at ", "; holds_bad at ",
         ", blocked meanwhile in posix-sleep/usleep, held for up to ", "rounds/s", f"process {pid}",
         "waited for in; ended by", "idles_ok at ", "; gives_ok at ")
    if not re.search(r"^thread (\d+) .*joins_ok at .*; the end of thread \1$", view, re.MULTILINE):
        sys.exit(f"no thread that was joined:\n{view}")
    report = json.loads(tell("report", "--live", str(pid), "--format", "json"))
    stalls = [f for f in report["findings"] if f["function"] == "stalls_bad"]
    if not stalls or not stalls[0]["unfinished"] or report["loops"][0]["iterations"] < 290:
        sys.exit(json.dumps(report, indent=1))
    if report["summary"]["remarks"]:
        sys.exit(f"remarks: {report['summary']['remarks']}")
    views = subprocess.Popen([gridlock, "top", str(pid), "--every-ms", "100"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    program.stdin.write("x")
    program.stdin.flush()
    out, err = views.communicate(timeout=60)
    if out.count("gridlock top: ") < 3 or "has ended" not in err:
        sys.exit(f"views: {out}{err}")
    if program.wait(timeout=60) != 0:
        sys.exit(f"{way}: status {program.returncode}: the program was disturbed")

need(tell("top", str(os.getpid()), status=2), "is not watched, or has recorded nothing yet")

# A process without a loop of its own, as a server's first one, or one that isn't watched itself,
# as gridlock run: says which of its children are.
parent = subprocess.Popen([gridlock, "run", "--output", directory, "--", "sh", "-c", f"{plain}; true"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
need(parent.stdout.readline(), "ready")
shell = child_of(parent.pid)
victim = f"{child_of(shell)} ("
need(tell("top", str(parent.pid), status=2), "is not watched, but processes that it started are: ", f"{shell} (sh)")
need(tell("top", str(shell), "--once"), f"gridlock top: sh, process {shell}, ", "no event loop was seen",
     "processes that it started are watched, too: ", victim)
parent.communicate("x", timeout=60)
need(tell("report", "--live", "4194304", status=2), "there is no process 4194304")
need(tell("report", status=2), "name either the directory")

# A signal of the user's choice asks as well; without the option it stays the program's.
def sleeps(pid):
    try:
        with open(f"/proc/{child_of(pid)}/comm") as file:
            return file.read() == "sleep\n"
    except (IndexError, OSError):
        return False


for options, expected in (("live_signal=12", 0), ("", 128 + signal.SIGUSR2)):
    program = subprocess.Popen([gridlock, "run", "--output", directory, "--", "sleep", "4"],
                               env=dict(os.environ, GRIDLOCK_OPTIONS=options), stderr=subprocess.DEVNULL)
    until(lambda: sleeps(program.pid))
    time.sleep(0.5)
    program.send_signal(signal.SIGUSR2)
    if program.wait(timeout=60) != expected:
        sys.exit(f"'{options}': status {program.returncode}, expected {expected}")

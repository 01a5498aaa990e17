"""start_and_end.py GRIDLOCK OUT: runs OUT.preloaded, OUT.shared and OUT.static in each way
a process ends. Each must say and return what it does without the monitor, and the report
must name the functions that waited for a lock."""
import json
import os
import signal
import shutil
import subprocess
import sys

gridlock, out = sys.argv[1:]
before = {"constructsEarly", "constructs"} # a library's may be earlier than the monitor's
middle = {"constructsLoaded", "destroysThreadLocal", "inMain"}
after = {"atExit", "destroys"} # a library's destructors may come after the monitor's
ways = {"return": after, "exit": after, "quick_exit": {"atQuickExit"}, "_exit": set(), "_Exit": set(),
        "thread": {"inLastThread"}, "running": after}
everything = set().union(before, middle, *ways.values())
failed = False


def run(command, **environment):
    # A group of its own, of which nobody stays behind.
    program = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True,
                               start_new_session=True)
    try:
        output = program.communicate(timeout=20)[0]
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        return "does not end", program.communicate()[0]
    return program.returncode, output


for end, wanted in ways.items():
    bare = run([f"{out}.preloaded", end])
    for way in ("preloaded", "shared", "static"):
        program, records = f"{out}.{way}", f"{out}.{way}.{end}.records"
        shutil.rmtree(records, ignore_errors=True)
        if way == "preloaded":
            seen = run([gridlock, "run", "--output", records, "--", program, end], GRIDLOCK_OPTIONS="")
        else:
            seen = run([program, end], GRIDLOCK_OPTIONS=f"dir={records}:verbosity=0")
        report = json.loads(run([gridlock, "report", records, "--format", "json"])[1])
        stacks = "".join(str(waiter["stack"]) for lock in report["locks"] for waiter in lock["waiters"])
        waited = {name for name in everything if f"'{name}()'" in stacks}
        expected = before | middle | wanted
        for what, left, right in (("output", bare, seen), ("waits", sorted(expected), sorted(waited)),
                                  ("remarks", [], report["summary"]["remarks"])):
            if left != right:
                print(f"{way}, {end}: {what}: not {left} but {right}", file=sys.stderr)
                failed = True
sys.exit(failed)

"""between_marks.py CALLS: of strace's list of calls, those of the thread that calls getppid
between its first and its last one; more than 200 are too many."""
import sys

with open(sys.argv[1]) as file:
    calls = [line.split(maxsplit=1) for line in file]
marks = [i for i, (_, call) in enumerate(calls) if call.startswith("getppid(")]
if len(marks) < 2:
    sys.exit("the marks are not there")
thread = calls[marks[0]][0]
extra = [call for tid, call in calls[marks[0] + 1:marks[-1]] if tid == thread]
if len(extra) > 200:
    sys.exit(f"{len(extra)} calls more than without the monitor: {''.join(extra[:10])}")

"""gdb_probes.py GRIDLOCK MONITOR.so RECORDS PROGRAM: attaches a debugger to each of the monitor's probes in
the running PROGRAM (Inputs/probed.cpp), and compares what they tell with what the program did and
with the report."""
import json
import os
import subprocess
import sys

gridlock, monitor, records, program = sys.argv[1:]
# Names and how their arguments are printed.
probes = {"stall": "%d %lu %s", "stall_end": "%d %lu", "block": "%d %lu %s", "contention": "%#lx %lu %s",
          "sleep": "%#lx %lu %s", "order": "%#lx %#lx %s", "deadlock": "%d %#lx %d", "unawaited": "%s",
          "suspension": "%s %#lx"}
casts = {"s": "(char *)", "d": "(int)", "u": "(unsigned long)", "x": "(unsigned long)"}
script = f"{records}.gdb"
with open(script, "w") as file:
    file.write("set pagination off\nset confirm off\nset print thread-events off\nset auto-solib-add on\n"
               "handle all nostop noprint pass\nhandle SIGTRAP SIGINT stop nopass\n")
    for name, form in probes.items():
        values = ", ".join(f"{casts[f[-1]]}$_probe_arg{i}" for i, f in enumerate(form.split()))
        file.write(f"break -probe-stap gridlock:{name}\ncommands\nsilent\n"
                   f'printf "probe {name} {form}\\n", {values}\ncontinue\nend\n')
    file.write("continue\n")

watched = subprocess.Popen([program], stdout=subprocess.PIPE, text=True, env=dict(
    os.environ, LD_PRELOAD=monitor, GRIDLOCK_OPTIONS=f"dir={records}:verbosity=0:hold_every=1"))
try:
    debugger = subprocess.run(["gdb", "-nx", "-batch", "-x", script, "-p", str(watched.pid)], capture_output=True,
                              text=True, timeout=120)
    if "Operation not permitted" in debugger.stderr:
        print("skipped: this user may not trace other processes")
        sys.exit(0)
    done = watched.communicate(timeout=60)[0]
finally:
    watched.kill()
seen = {}
for line in debugger.stdout.splitlines():
    if line.startswith("probe "):
        name, rest = line.split(" ", 2)[1:]
        seen.setdefault(name, []).append([int(v, 0) if v[0].isdigit() else v for v in rest.split(" ")])
did, deadlocked = {}, []
for line in done.splitlines():
    name, _, value = line.partition(" ")
    if name == "deadlocked":
        deadlocked.append(int(value))
    else:
        did[name] = int(value or "0", 0)
if watched.returncode != 0 or "over" not in did:
    sys.exit(f"the program was disturbed: {watched.returncode}\n{done}")
report = json.loads(subprocess.run([gridlock, "report", records, "--format", "json"], capture_output=True, text=True,
                                   check=False).stdout)
worst = {f["rule"]: f["worst_ns"] for f in report["findings"]}
waited = {row["address"]: row["max_ns"] for row in report["locks"] + report["waits"]}
(loop,) = report["loops"]
usleep, lock = "posix-sleep/usleep", "pthread/pthread_mutex_lock"
expected = {
    # The finding's figure is the stall's, which has some loop around the call.
    "block": [[row[0], 0 <= worst["gridlock-blocking-in-callback"] - row[1] < 20e6, row[2]] for row in seen["block"]]
    == [[did["loop"], True, usleep]],
    "stall": all(row[0] == did["loop"] and 100e6 <= row[1] <= loop["max_ns"] and row[2] == usleep
                 for row in seen["stall"]),
    "stall_end": seen["stall_end"] == [[did["loop"], loop["max_ns"]]],
    "contention": seen["contention"] == [[did["slow"], waited[did["slow"]], lock]],
    "sleep": [did["ready"], waited[did["ready"]], "pthread/sem_wait"] in seen["sleep"],
    "order": [[did["B"], did["A"], lock], [did["A"], did["B"], lock]] == [
        row for row in seen["order"] if did["A"] in row],
    "deadlock": sorted(seen["deadlock"]) == sorted(
        [thread, did[wanted], 2] for thread, wanted in zip(deadlocked, "DC")),
    "unawaited": len(seen["unawaited"]) == 1 and any("never_bad" in str(part) for part in seen["unawaited"][0]),
    "suspension": len(seen["suspension"]) == 1 and any("keeps_bad" in str(part) for part in seen["suspension"][0])
    and seen["suspension"][0][-1] == did["kept"],
}
assert set(expected) == set(probes)
for name, holds in expected.items():
    print(f"{name}: {'as the program and the report say' if holds else f'{seen[name]}, not as in {done}{loop}{waited}'}")
sys.exit(not all(expected.values()))

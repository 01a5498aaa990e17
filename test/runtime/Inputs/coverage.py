"""coverage.py ROOT MONITOR.so MONITOR.a: compares the catalogue's blocking C functions
with what the monitor defines."""
import glob
import re
import subprocess
import sys

import yaml

root, shared, archive = sys.argv[1:]


def defined(file, *flags):
    text = subprocess.run(["nm", *flags, "--defined-only", file], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in text.splitlines() if len(line.split()) >= 3}


exported, archived = defined(shared, "-D"), defined(archive)
by_hand = "hand-written in runtime-monitor"
problems, interposed, gaps = [], 0, 0
for path in sorted(glob.glob(f"{root}/rules/libs/*.yaml")):
    with open(path) as file:
        library = yaml.safe_load(file)
    if library.get("language") != "c":
        continue
    for entry in library.get("functions") or []:
        if "blocks" not in entry["does"] or "enters-loop" in entry["does"]:
            continue
        monitor = entry.get("monitor")
        reason = monitor.get("none") if isinstance(monitor, dict) else None
        wanted = reason == by_hand or (reason is None and monitor is not None)
        for name in entry["names"]:
            if wanted:
                interposed += 1
                if name not in exported:
                    problems.append(f"{path}: {name} is to be interposed and is not")
                if library.get("soname") == "libc.so.6" and name not in archived:
                    problems.append(f"{path}: {name} is missing in the archive")
                if library.get("soname") != "libc.so.6" and name in archived:
                    problems.append(f"{path}: {name} is not of libc and must not be in the archive")
            else:
                gaps += 1
                if not reason:
                    problems.append(f"{path}: {name} is not interposed, and no reason is given")
with open(f"{root}/rules/compiler/spellings.inc") as file:
    for name in re.findall(r'^SPELLING\("(\w+)"', file.read(), re.M):
        if name not in exported or name not in archived:
            problems.append(f"{name}, another name of a function, is to be interposed and is not")
print("\n".join(problems))
print(f"{interposed + gaps} blocking C functions: {interposed} interposed, {gaps} not, each with a reason"
      if not problems else "gaps")
sys.exit(bool(problems))

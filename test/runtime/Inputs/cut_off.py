"""cut_off.py GRIDLOCK DIRECTORY: cuts the directory's largest file at many places; the
report must succeed each time, and say so where a record is cut."""
import glob
import os
import subprocess
import sys

gridlock, directory = sys.argv[1:]
files = sorted(glob.glob(f"{directory}/*.glkmon"), key=os.path.getsize)
for other in files[:-1]:
    os.remove(other)
with open(files[-1], "rb") as file:
    whole = file.read()
told = 0
places = [48 + i * (len(whole) - 48) // 23 + i % 5 for i in range(1, 23)]
for size in places:
    with open(files[-1], "wb") as file:
        file.write(whole[:size])
    done = subprocess.run([gridlock, "report", directory], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"cut at {size} of {len(whole)}: status {done.returncode}: {done.stderr}")
    told += "the last record is cut off" in done.stdout
if told < len(places) - 3:
    sys.exit(f"told only {told} of {len(places)} times")

"""personalities.py LIBRARY.so: which of the library's functions have a personality routine, by its
.eh_frame, and that each exported one has none, or the monitor's. A compiler's own one asks the
unwinder that the program uses about frames which another one unwinds (glibc's pthread_cancel:
libgcc's), and crashes."""
import bisect
import re
import struct
import subprocess
import sys

library = sys.argv[1]


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


sections = {m[1]: [int(m[i], 16) for i in (2, 3, 4)]
            for m in re.finditer(r"\]\s+(\.\S+)\s+\S+\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)",
                                 tool("readelf", "-SW", library))}
base, offset, size = sections[".eh_frame"]
with open(library, "rb") as file:
    image = file.read()
frames = image[offset:offset + size]
functions, exported = {}, {}
for line in tool("readelf", "-sW", library).splitlines():
    m = re.match(r"\s*\d+: ([0-9a-f]+)\s+\d+ FUNC\s+(\w+)\s+(\w+)\s+(?!UND)\S+ (\S+)", line)
    if m:
        functions.setdefault(int(m[1], 16), m[4])
        if m[2] != "LOCAL" and m[3] == "DEFAULT":
            exported[int(m[1], 16)] = m[4]
# Pointers that the loader fills in: to what they point.
filled = {int(m[1], 16): m[2] for m in re.finditer(
    r"^([0-9a-f]+)\s+[0-9a-f]+ R_X86_64_(?:64|RELATIVE|GLOB_DAT)\s+(?:[0-9a-f]+ )?(\S+)",
    tool("readelf", "-rW", library), re.M)}


def leb(at):
    value = shift = 0
    while True:
        byte = frames[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at


def personality(at):
    """Of the common entry whose content begins there, or None."""
    end = frames.index(0, at + 1)
    augmentation, at = frames[at + 1:end].decode(), end + 1
    for _ in range(3):  # factors and the return address's register
        at = leb(at)[1]
    if not augmentation.startswith("z"):
        return None
    at = leb(at)[1]
    for letter in augmentation[1:]:
        if letter == "P":
            encoding, at = frames[at], at + 1
            assert encoding & 0x7f == 0x1b, hex(encoding)  # relative, 4 bytes
            target = base + at + struct.unpack_from("<i", frames, at)[0]
            if encoding & 0x80:  # a pointer to it
                name = filled[target]
                return functions.get(int(name, 16)) if re.fullmatch("[0-9a-f]+", name) else name.split("@")[0]
            return functions[target]
        at += 1
    return None


common, having, at, seen = {}, {}, 0, 0
while at + 4 <= len(frames):
    length = struct.unpack_from("<I", frames, at)[0]
    if length == 0:
        break
    ident = struct.unpack_from("<I", frames, at + 4)[0]
    if ident == 0:
        common[at] = personality(at + 8)
    else:
        start, count = struct.unpack_from("<iI", frames, at + 8)
        start += base + at + 8
        seen += 1
        having[start] = (start + count, common[at + 4 - ident])
    at += 4 + length
starts = sorted(having)
wrong, own = [], 0
names = {}
for start, (end, routine) in having.items():
    names.setdefault(routine, []).append(functions.get(start, hex(start)))
for address, name in exported.items():
    at = bisect.bisect_right(starts, address) - 1
    assert having[starts[at]][0] > address, f"{name} has no frame description"
    routine = having[starts[at]][1]
    if routine in ("gridlock_leaves_call", "gridlock_leaves_once", "gridlock_call_left"):
        own += 1
    elif routine:
        wrong.append(f"{name}: {routine}")
for routine, of in sorted(names.items(), key=str):
    if routine and not routine.startswith("gridlock_"):
        print(f"{routine}: {' '.join(sorted(of))}")
print("\n".join(wrong))
print(f"{len(exported)} exported functions, {own} end their call when they are left, {len(wrong)} by a compiler's personality")
for needed in sys.argv[2:]:
    address = next(a for a, name in exported.items() if name == needed)
    routine = having[starts[bisect.bisect_right(starts, address) - 1]][1]
    print(f"{needed}: {routine}")

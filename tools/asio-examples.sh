#!/usr/bin/env bash
# Puts the Boost.Asio example programs of Debian's libboost1.81-doc, and the headers
# they need, below DIR and writes a compile database for them. Nothing is installed.
#   tools/asio-examples.sh DIR        (done already: silent and fast)
# Prints nothing; exit status 2 with the reason where the packages can't be had.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: tools/asio-examples.sh DIR" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
database=$dir/compile_commands.json
[ -s "$database" ] && exit 0

packages=(libboost1.81-doc libboost1.81-dev libssl-dev)
fetch() { (cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}"); }
fetch 2>/dev/null || { apt-get -qq update && fetch; } ||
  { echo "asio-examples: can't download ${packages[*]}; is Debian's package mirror reachable?" >&2; exit 2; }
for package in "$dir"/*.deb; do
  dpkg -x "$package" "$dir/unpacked"
done
rm -f "$dir"/*.deb

/usr/bin/python3 - "$dir" <<'PY'
import json, pathlib, sys
top = pathlib.Path(sys.argv[1])
usr = top / "unpacked/usr"
examples = usr / "share/doc/libboost1.81-doc/examples/libs/asio/example"
standard = {"cpp03": "14", "cpp11": "14", "cpp14": "14", "cpp17": "20", "cpp20": "20"}
commands = []
for source in sorted(examples.rglob("*.cpp")):
    edition = source.relative_to(examples).parts[0]
    commands.append({
        "directory": str(examples),
        "file": str(source),
        "arguments": ["c++", f"-std=c++{standard[edition]}", "-isystem", str(usr / "include"),
                      "-isystem", str(usr / "include/x86_64-linux-gnu"), "-c", str(source)],
    })
(top / "compile_commands.json").write_text(json.dumps(commands, indent=1))
PY

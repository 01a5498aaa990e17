#!/usr/bin/python3
"""The repository's own rules, checked: file sizes, what may include Clang, what
belongs to each check, and the top level.   check_repo.py ROOT"""
import pathlib
import re
import subprocess
import sys

import yaml

root = pathlib.Path(sys.argv[1])
problems = []
tracked = [root / line for line in subprocess.run(
    ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
    check=True, capture_output=True, text=True).stdout.splitlines()]
tracked = [p for p in tracked if p.is_file()]


def lines(path):
    return path.read_text(errors="replace").count("\n")


top = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
       "checks", "runtime-monitor", "rules", "test", "tools"}
for name in sorted({p.relative_to(root).parts[0] for p in tracked}):
    if name not in top and not name.startswith("."):
        problems.append(f"{name}: not one of the top-level entries")

for path in tracked:
    relative = path.relative_to(root)
    if path.suffix in {".cpp", ".h", ".c", ".py", ".sh", ".cmake"}:
        limit = 200 if re.fullmatch(r"\w+Check\.(h|cpp)", path.name) else 500
        if lines(path) > limit:
            problems.append(f"{relative}: {lines(path)} lines, at most {limit}")
    if path.suffix in {".cpp", ".h"} and relative.parts[0] in {"checks", "rules", "runtime-monitor", "tools"}:
        text = path.read_text()
        if "SPDX-License-Identifier" not in text.split("\n", 1)[0]:
            problems.append(f"{relative}: first line has no SPDX identifier")
        if relative.parts[:2] not in {("checks", "extract"), ("checks", "tidy"), ("checks", "plugin")}:
            if re.search(r'#include ["<](clang|llvm)/', text):
                problems.append(f"{relative}: includes Clang or LLVM on the far side of the facts")

headings = ["What it does", "Why it matters", "Bad", "Good", "How to fix", "Options", "Limits", "See also"]
metadata = [p for p in tracked if p.suffix == ".yaml" and p.relative_to(root).parts[0] == "checks"]
if len(metadata) < 3:
    problems.append("fewer than three checks have metadata: wrong folder?")
for path in metadata:
    check = path.stem
    if yaml.safe_load(path.read_text()).get("id") != f"gridlock-{check}":
        problems.append(f"{path.relative_to(root)}: id is not gridlock-{check}")
    camel = "".join(word.capitalize() for word in check.split("-"))
    for part in (f"{camel}Check.h", f"{camel}Check.cpp", f"{check}.md"):
        if not (path.parent / part).is_file():
            problems.append(f"{check}: no {part} beside {path.name}")
    page = path.parent / f"{check}.md"
    if page.is_file():
        found = re.findall(r"^## (.+)$", page.read_text(), re.M)
        if found != headings:
            problems.append(f"{page.relative_to(root)}: headings are {found}, expected {headings}")
    if any("TODO" in p.read_text() for p in (path, page) if p.is_file()):
        problems.append(f"{check}: {path.name} or {page.name} still says TODO")
    tests = [p for p in tracked if f"test/checks/{check}" in str(p) and p.suffix in {".cpp", ".c", ".test"}]
    text = "".join(p.read_text() for p in tests)
    for verdict in ("_bad", "_ok"):
        if verdict not in text:
            problems.append(f"{check}: no test function named ..{verdict} under test/checks/{check}")

for path in sorted(root.glob("rules/libs/*.yaml")):
    if not path.read_text().startswith("# yaml-language-server: $schema=../schema/library.schema.json\n"):
        problems.append(f"{path.relative_to(root)}: first line does not point editors to the schema")

print("\n".join(problems))
sys.exit(bool(problems))

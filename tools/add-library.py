#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Starts a rule file: tools/add-library.py NAME [--language c|c++]

Writes rules/libs/NAME.yaml, which the build refuses until every `TODO` is replaced.
"""
import argparse
import os
import re
import sys

HEAD = """\
# yaml-language-server: $schema=../schema/library.schema.json
schema: 1
library: {name}
title: TODO what it is
language: {language}
source: TODO address of its reference
{soname}provenance: manual
proof: {{kind: header, package: TODO, include: [TODO]}}

advice:
  offload:
    any: run it on a thread pool and wait for its result in the event loop

functions:
  - names: [TODO]
    does: [TODO]              # blocks, computes, ...: rules/README.md
    category: TODO            # network database file subprocess sleep wait queue lock cpu loop
    cost: TODO                # unbounded bounded brief
    guide: [TODO]             # rows of rules/guide
    instead: offload
"""
C_END = """\
    signature: TODO           # "int (const char *, int)"
    monitor: TODO             # interpose, or {none: "reason"}
"""
CXX_END = """\
    example: TODO             # code that calls each of the names
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--language", choices=("c", "c++"), default="c")
    arguments = parser.parse_args()
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.+-]*", arguments.name):
        parser.error("a library's name is lower-case letters, digits and - _ . +")
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = os.path.join(root, "rules", "libs", arguments.name + ".yaml")
    is_c = arguments.language == "c"
    text = HEAD.format(name=arguments.name, language=arguments.language,
                       soname="soname: TODO lib...so.N\n" if is_c else "")
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text + (C_END if is_c else CXX_END))
    except FileExistsError:
        print(f"{path} exists already", file=sys.stderr)
        return 2
    print(f"{path}: fill in every TODO, then\n  gridlock rules validate {path}\n"
          f"  test/rules/prove.py --build build/dev --library {arguments.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

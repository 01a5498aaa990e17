#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The schema accepts every rule file, and schema and compiler agree on samples: each is
a change to a good file with the error that the compiler must give, or none.

    check_schema.py RULEC RULES_DIRECTORY SCRATCH_DIRECTORY
"""
import glob
import json
import os
import subprocess
import sys

import jsonschema
import yaml

C_FILE = """\
schema: 1
library: sample
title: A sample
language: c
source: https://example.org/
proof: {kind: header, package: libc6-dev, include: [unistd.h]}
advice:
  socket-read: {any: wait in the loop}
functions:
  - names: [recv]
    does: [blocks]
    category: network
    cost: unbounded
    guide: [network/socket]
    signature: "ssize_t (int, void *, size_t, int)"
    unless:
      - {arg: 3, has-flag: MSG_DONTWAIT, value: 0x40}
    instead: socket-read
    monitor: interpose
"""

CXX_FILE = """\
schema: 1
library: sample
title: A sample
language: c++
source: https://example.org/
proof: {kind: none}
namespaces: {asio: boost::asio}
functions:
  - names: [boost::asio::post]
    does: [runs-callable]
    callable: -3
    where: loop
types:
  - names: [boost::asio::awaitable]
    task: lazy
"""

# (base, text replaced, replacement, error or None, whether a schema can see it)
SAMPLES = [
    (C_FILE, "", "", None, True),
    (CXX_FILE, "", "", None, True),
    (C_FILE, "category: network", "categroy: network",
     "12:5: unknown key in a function entry: 'categroy'; did you mean 'category'?", True),
    (C_FILE, "category: network", "category: netwrok",
     "12:15: unknown value of 'category': 'netwrok'; did you mean 'network'? (allowed: network, "
     "database,", True),
    (C_FILE, "    category: network\n", "", "10:5: a function entry needs the key 'category'", True),
    (C_FILE, "title: A sample", "title: 1.74",
     "3:8: 'title' must be text, not '1.74'; put it in quotes", True),
    (C_FILE, "package: libc6-dev, ", "",
     "6:8: a header proof needs the key 'package', of Debian; for a library of your own write proof: {kind: none}", True),
    (C_FILE, "does: [blocks]", "does: blocks", "11:11: 'does' must be a list with at least one of", True),
    (C_FILE, "does: [blocks]", "does: [blocks, fine]", "11:11: 'fine' contradicts", True),
    (C_FILE, "does: [blocks]", "does: [blocks, blocks]", "11:20: 'does' says this twice", True),
    (C_FILE, "schema: 1", "schema: 2", "1:9: this version of Gridlock reads schema 1 only", True),
    (C_FILE, "language: c", "language: rust", "4:11: unknown value of 'language': 'rust'", True),
    (C_FILE, "names: [recv]", "names: []", "10:12: 'names' must be a list with at least one text", True),
    (C_FILE, "names: [recv]", "names: ['std::vector<int>::at']",
     "10:13: 'std::vector<int>::at' is no qualified name", True),
    (C_FILE, "    cost: unbounded\n", "    cost: unbounded\n    cost: brief\n",
     "14:5: key 'cost' is here for the second time; first at 13:5", False),
    (C_FILE, "    cost: unbounded\n", "    cost: unbounded\n    since: '2.0'\n", None, True),
    (C_FILE, "instead: socket-read", "instead: socket-raed",
     "18:14: unknown advice 'socket-raed'; did you mean 'socket-read'?", False),
    (C_FILE, "instead: socket-read", "instead: {aiso: x}",
     "18:15: unknown key in 'instead': 'aiso'; did you mean 'asio'?", True),
    (C_FILE, "guide: [network/socket]", "guide: [network/sockets]",
     "14:13: the guide has no row 'network/sockets'; did you mean 'network/socket'?", False),
    (C_FILE, "    signature: \"ssize_t (int, void *, size_t, int)\"\n", "",
     "10:5: a function entry needs the key 'signature'", True),
    (C_FILE, "\"ssize_t (int, void *, size_t, int)\"", "ssize_t",
     "15:16: 'signature' must read like", True),
    (C_FILE, "\"ssize_t (int, void *, size_t, int)\"", "\"int (int); int other(int)\"",
     "15:16: 'signature' must read like", False),
    (C_FILE, "\"ssize_t (int, void *, size_t, int)\"", "\"int (int) int (int)\"",
     "15:16: 'signature' must read like", False),
    (C_FILE, "\"ssize_t (int, void *, size_t, int)\"", "\"int (int (int)\"",
     "15:16: 'signature' must read like", False),
    (C_FILE, "\"ssize_t (int, void *, size_t, int)\"", "\"int (int, void (*)(void *), void *[2])\"", None, True),
    (C_FILE, ", value: 0x40}", "}", "17:9: a condition in 'unless' needs the key 'value'", True),
    (C_FILE, "value: 0x40", "value: many", "17:49: 'value' must be an integer", True),
    (C_FILE, "arg: 3, ", "", "17:9: a condition in 'unless' needs the key 'arg'", True),
    (C_FILE, "arg: 3, ", "arg: -9, ", "17:15: 'arg' must be an index from 0", True),
    (C_FILE, "has-flag: MSG_DONTWAIT, value: 0x40", "argument-count: 2",
     "17:15: 'argument-count' is about the whole call", True),
    (C_FILE, "has-flag: MSG_DONTWAIT, value: 0x40", "is-null: false",
     "17:27: 'is-null' can only be true", True),
    (C_FILE, "has-flag: MSG_DONTWAIT, value: 0x40", "equals: 1, less: 2",
     "has both 'equals' and 'less'", True),
    (C_FILE, "has-flag: MSG_DONTWAIT, value: 0x40", "value: 1",
     "17:9: a condition in 'unless' says nothing about the argument", True),
    (C_FILE, "has-flag: MSG_DONTWAIT, value: 0x40", "nonblocking-descriptor: true", None, True),
    (C_FILE, "monitor: interpose", "monitor: {none: 'too often'}", None, True),
    (C_FILE, "monitor: interpose", "monitor: ask", "19:14: unknown value of 'monitor': 'ask'", True),
    (C_FILE, "monitor: interpose", "monitor: {variadic: 'registers: 3'}",
     "'monitor' must say either interpose: true or none", True),
    (C_FILE, "size_t, int)\"", "size_t, ...)\"", "19:14: a variadic function needs 'variadic'", False),
    (C_FILE, "kind: header", "kind: hedaer",
     "6:15: unknown kind of proof 'hedaer'; did you mean 'header'?", True),
    (C_FILE, "kind: header, package: libc6-dev, include: [unistd.h]",
     "kind: source, repository: a/b, commit: '12', path: x.h, line: 3",
     "'commit' must be 40 hexadecimal digits", True),
    (C_FILE, "source: https://example.org/", "source: a book", "5:9: 'source' must be an address", True),
    (C_FILE, "library: sample", "library: other", "2:10: library 'other' must have the name of its file", False),
    (C_FILE, "  - names: [recv]", "  - names: [recv, recv]",
     "10:19: 'recv' has an entry already, at", False),
    (C_FILE, "does: [blocks]", "does: [blocks, acquires]",
     "10:5: a function entry needs the key 'lock'", True),
    (C_FILE, "functions:", "functions: [", "not valid YAML", False),
    (C_FILE, C_FILE, "", "1:1: the file is empty", False),
    (CXX_FILE, "    where: loop\n", "", "9:5: a function entry needs the key 'where'", True),
    (CXX_FILE, "    callable: -3\n", "", "9:5: a function entry needs the key 'callable'", True),
    (CXX_FILE, "    task: lazy\n", "", "needs one of task, guard, mutex, or loop-bound", True),
    (CXX_FILE, "task: lazy", "task: lazzy", "15:11: unknown value of 'task': 'lazzy'", True),
    (CXX_FILE, "task: lazy", "guard: {mode: exclusive}", None, True),
    (CXX_FILE, "task: lazy", "mutex: {recursive: yes}", "'recursive' must be true or false", False),
    (CXX_FILE, "where: loop", "where: loop\n    signature: \"void ()\"",
     "'signature' is for libraries with language: c", True),
    (CXX_FILE, "where: loop", "where: loop\n    monitor: interpose",
     "only C functions can be interposed", True),
    (CXX_FILE, "proof: {kind: none}", "proof: {kind: header, package: x, include: [x.h]}",
     "an entry proved by a header needs an 'example'", True),
]


def validator(rules, name):
    with open(os.path.join(rules, "schema", name), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def check_files(rules, problems):
    for folder, name in (("libs", "library"), ("guide", "guide")):
        schema = validator(rules, f"{name}.schema.json")
        paths = glob.glob(os.path.join(rules, folder, "*.yaml"))
        assert paths, f"no files in {rules}/{folder}"
        for path in paths:
            with open(path, encoding="utf-8") as file:
                for error in schema.iter_errors(yaml.load(file, yaml.CSafeLoader)):
                    where = "/".join(map(str, error.absolute_path))
                    problems.append(f"{path}: {where}: {error.message[:200]}")


def check_sample(rulec, schema, guide, path, sample, problems):
    base, old, new, expected, seen_by_schema = sample
    assert old in base, old
    text = base.replace(old, new) if old else base
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    run = subprocess.run([rulec, "--check", "--guide", guide, "--", path],
                         capture_output=True, text=True, check=False)
    what = f"{old!r} -> {new!r}"
    if expected is None:
        if run.returncode != 0:
            problems.append(f"{what}: refused: {run.stderr}")
    elif run.returncode != 2 or not any(line.startswith(f"{path}:") and expected in line
                                        for line in run.stderr.splitlines()):
        problems.append(f"{what}: status {run.returncode}, expected '{expected}', got: {run.stderr}")
    if seen_by_schema or expected is None:
        accepted = not list(schema.iter_errors(yaml.safe_load(text)))
        if accepted != (expected is None):
            problems.append(f"{what}: the schema {'accepts' if accepted else 'refuses'} it")


def main():
    rulec, rules, scratch = sys.argv[1:]
    problems = []
    check_files(rules, problems)
    os.makedirs(scratch, exist_ok=True)
    schema = validator(rules, "library.schema.json")
    guide = os.path.join(rules, "guide", "network.yaml")
    for sample in SAMPLES:
        check_sample(rulec, schema, guide, os.path.join(scratch, "sample.yaml"), sample, problems)
    print("\n".join(problems) or f"{len(SAMPLES)} samples, no difference")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

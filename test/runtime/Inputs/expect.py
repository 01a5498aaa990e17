#!/usr/bin/python3
"""expect.py JSON EXPRESSION...: each a Python expression over the report's
`findings` (list of dicts), `by` (rule -> findings), `loops`, `locks`, the whole `report`,
`held(function)` (the one row of locks held that are taken there), `holder(function)`
(what it waited for while others waited for its lock, or None), `named(function)` (the one
finding in it), `op(function)` (that one's operation), `under(function)` (its gridlock-blocking-under-lock) and `said(function)`
(what its calls were made on), `notes(finding, text)` (messages of its notes with that text) and `waits`."""
import json
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)
by = {}
for finding in report["findings"]:
    by.setdefault(finding["rule"], []).append(finding)


def held(function):
    (row,) = [h for h in report["holds"] if h["function"] == function]
    return row


def holder(function):
    calls = [h.get("holder_call") for lock in report["locks"] for h in lock["holders"] if h["function"] == function]
    return next(filter(None, calls), None)


def named(function):
    (finding,) = [f for f in report["findings"] if f["function"] == function]
    return finding


def under(function):
    (finding,) = [f for f in by["gridlock-blocking-under-lock"] if f["function"] == function]
    return finding


names = {"findings": report["findings"], "by": by, "loops": report["loops"], "locks": report["locks"],
         "waits": report["waits"],
         "notes": lambda f, text: [n["message"] for n in f["notes"] if text in n["message"]],
         "report": report, "named": named, "op": lambda f: named(f)["operation"], "under": under, "said": lambda f: named(f).get("arguments", ""), "held": held, "holder": holder,
         "summary": report["summary"], "ms": 1000000,
         "stack": lambda f: [n["message"].split()[-1 if not n["message"].endswith("(inlined)") else -2]
                             for n in f["notes"]]}
failed = False
for expression in sys.argv[2:]:
    if not eval(expression, names):
        print(f"not true: {expression}", file=sys.stderr)
        failed = True
if failed:
    json.dump(report, sys.stderr, indent=1)
sys.exit(failed)

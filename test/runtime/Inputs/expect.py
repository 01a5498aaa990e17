#!/usr/bin/python3
"""expect.py JSON EXPRESSION...: each a Python expression over the report's
`findings` (list of dicts), `by` (rule -> findings), `loops` and `locks`."""
import json
import sys

with open(sys.argv[1]) as file:
    report = json.load(file)
by = {}
for finding in report["findings"]:
    by.setdefault(finding["rule"], []).append(finding)
names = {"findings": report["findings"], "by": by, "loops": report["loops"], "locks": report["locks"],
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

#!/usr/bin/python3
"""Two JSON reports have the same findings, and at least one.   same_findings.py A B"""
import json
import sys

first, second = (json.load(open(name))["findings"] for name in sys.argv[1:3])
if not first or first != second:
    sys.exit(f"findings differ or are none:\n{json.dumps(first, indent=1)}\n{json.dumps(second, indent=1)}")

#!/usr/bin/python3
"""validate.py SCHEMA FILE...: checks each JSON file against the schema, and a SARIF
file also for what a schema can't say: indices and identifiers that must agree."""
import json
import sys

import jsonschema


def check_sarif(root):
    for run in root["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules)), "rule ids repeat"
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"], "ruleIndex names another rule"
            ids = [place["id"] for place in result.get("relatedLocations", [])]
            assert len(ids) == len(set(ids)), "ids of related locations repeat"


def main():
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    status = 0
    for name in sys.argv[2:]:
        root = json.load(open(name))
        for error in validator.iter_errors(root):
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}", file=sys.stderr)
            status = 1
        if not status and "runs" in root:
            check_sarif(root)
    return status


if __name__ == "__main__":
    sys.exit(main())

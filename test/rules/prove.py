#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Proves the names of the rules against the libraries' real headers.

Every entry with a header proof is compiled with the headers of its Debian package
(fetched with apt-get download and unpacked below the build folder; nothing is
installed), then extracted, and each of its names must be matched by the catalogue.
Fails on any entry that does not hold, and if more than a tenth of all entries have no
proof. A library whose packages can't be fetched is skipped and said so.

    test/rules/prove.py --build build/dev [--library NAME ...]
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import catalogue, packages, unit  # noqa: E402

DIAGNOSTIC = re.compile(r"^(.+?):(\d+):\d+: (fatal error|error|note): (.*)$")
UNPROVED_LIMIT = 0.10


class Result:
    def __init__(self, library):
        self.library = library
        self.failures = []  # texts with the place in the rules
        self.failed_names = 0
        self.skipped = ""


class Prover:
    def __init__(self, arguments):
        self.store = packages.Store(os.path.join(arguments.build, "proof"))
        self.compiler = next((path for path in map(shutil.which, ("clang++-22", "clang++-19"))
                              if path), None)
        if not self.compiler:
            raise SystemExit("no clang++-22 or clang++-19: tools/install-deps.sh installs them")
        tools = [os.path.join(arguments.build, "bin", name)
                 for name in ("gridlock-extract-22", "gridlock")]
        self.extractor, self.gridlock = tools
        self.can_extract = not arguments.no_extract and all(map(os.path.exists, tools))

    def prove(self, library):
        result = Result(library)
        try:
            for number, (proof, entries) in enumerate(library.header_groups()):
                self._prove_unit(f"{library.name}-{number}",
                                 unit.Unit(library, proof, entries), proof, result)
        except packages.Unavailable as error:
            result.skipped = str(error)
        return result

    def _prove_unit(self, stem, the_unit, proof, result):
        names = proof["package"] if isinstance(proof["package"], list) else [proof["package"]]
        roots = [root for root in map(self.store.root, names) if root]
        flags = the_unit.flags() + packages.include_flags(roots, proof.get("cflags", []))
        path = os.path.join(self.store.directory, "units", stem + the_unit.suffix)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(the_unit.source())
        failures, failed = [], 0
        # What C++ gets wrong, the extractor sees too: it parses only once. A wrong
        # signature in C is a warning that only the compiler makes an error.
        if self._needs_compiler(the_unit):
            failures, failed = self._compile(path, flags, the_unit)
        if not failures and self.can_extract:
            failures, failed = self._match(path, flags, the_unit)
            if failures and not the_unit.library.is_c:
                failures, failed = self._compile(path, flags, the_unit)
                if not failures:
                    failures, failed = self._match(path, flags, the_unit)
        result.failures += failures
        result.failed_names += failed

    def _needs_compiler(self, the_unit):
        return the_unit.library.is_c or not self.can_extract

    @staticmethod
    def _key(the_unit, flags, tool):
        parts = [the_unit.source(), repr(flags), tool, str(os.stat(tool).st_mtime_ns)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def _compile(self, path, flags, the_unit):
        """What compiled once is not compiled again."""
        stamp = f"{path}.{self._key(the_unit, flags, self.compiler)}.ok"
        if os.path.exists(stamp):
            return [], 0
        run = subprocess.run(
            [self.compiler, "-fsyntax-only", "-ferror-limit=0", "-fno-caret-diagnostics",
             "-fno-color-diagnostics", *flags, path],
            capture_output=True, text=True, check=False)
        if run.returncode == 0:
            open(stamp, "w", encoding="utf-8").close()
            return [], 0
        return attribute(run.stderr, path, the_unit)

    def _match(self, path, flags, the_unit):
        """What was extracted once is not extracted again; matching is quick."""
        every_name = sum(len(entry["names"]) for _, entry in the_unit.entries)
        facts = f"{path}.{self._key(the_unit, flags, self.extractor)}.glkf"
        if not os.path.exists(facts):
            command = {"directory": os.path.dirname(path), "file": path,
                       "arguments": [self.compiler, *flags, "-c", path],
                       "root": os.path.dirname(path)}
            with open(path + ".json", "w", encoding="utf-8") as file:
                json.dump(command, file)
            extract = subprocess.run([self.extractor, "--unit", path + ".json", "-o", facts,
                                      "-d", path + ".d"],
                                     capture_output=True, text=True, check=False)
            if extract.returncode != 0:
                return [f"{the_unit.library.path}: extraction failed:\n{extract.stderr}"], every_name
        match = subprocess.run([self.gridlock, "rules", "match", facts,
                                "--rules", the_unit.library.file],
                               capture_output=True, text=True, check=False)
        if match.returncode != 0:
            return [f"{the_unit.library.path}: gridlock rules match failed:\n{match.stderr}"], every_name
        found = set()  # (operation, entry's line in the rules)
        for line in match.stdout.splitlines():
            operation, _, place = line.rpartition(" ")
            number = place.rpartition(":")[2]
            entry, _ = the_unit.places.get(int(number) if number.isdigit() else 0, (None, 0))
            found.add((operation, entry.line if entry is not None else 0))
        failures = []
        for _, entry in the_unit.entries:
            for name in entry["names"]:
                operation = f"{the_unit.library.name}/{name}"
                if (operation, entry.line) not in found:
                    failures.append(f"{the_unit.library.path}:{entry.line}: {name}: the example "
                                    "compiles, but none of its calls is matched by this name")
        return failures, len(failures)


def attribute(stderr, path, the_unit):
    """Compiler errors by the entry that caused them: that of the error's own line, or of
    the first note that leads back into the unit."""
    failures, names, pending = [], set(), None
    for line in stderr.splitlines() + [f"{path}:0:0: error: "]:
        found = DIAGNOSTIC.match(line)
        if not found:
            continue
        file, number, severity, message = found.groups()
        place = the_unit.places.get(int(number)) if file == path else None
        if severity != "note":
            if pending:  # no note led into the unit
                failures.append(f"{the_unit.library.path}: {pending}")
            pending = message and f"{message} ({os.path.basename(file)}:{number})"
            if file == path and message:
                pending = message
        if pending and place:
            entry, rules_line = place
            failures.append(f"{the_unit.library.path}:{rules_line}: {entry['names'][0]}: {pending}")
            names.add(entry.line)
            pending = None
    failed = sum(len(entry["names"]) for _, entry in the_unit.entries if entry.line in names)
    if not names:
        failed = sum(len(entry["names"]) for _, entry in the_unit.entries)
    return failures or [f"{the_unit.library.path}: {stderr}"], failed


def print_table(results, can_extract):
    heads = ("library", "entries", "names", "header", "source", "document", "none", "failed")
    rows = []
    for result in results:
        counts = result.library.counts()
        proved = 0 if result.skipped else counts["header"] - result.failed_names
        rows.append((result.library.name, sum(1 for _ in result.library.entries()),
                     sum(counts.values()), proved, counts["source"], counts["document"],
                     counts["none"], "skipped" if result.skipped else result.failed_names))
    total = ["total"]
    for column in range(1, len(heads)):
        total.append(sum(row[column] for row in rows if row[column] != "skipped"))
    width = max(len(row[0]) for row in rows + [heads])
    for row in [heads, *rows, total]:
        print(f"{row[0]:<{width}} " + " ".join(f"{cell:>8}" for cell in row[1:]))
    print("names by proof; header: compiled against the package's headers"
          + (" and matched by the catalogue" if can_extract else
             " (not yet extracted and matched: no gridlock-extract-22 in the build)"))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--rules", default=os.path.join(root, "rules"))
    parser.add_argument("--build", required=True, help="build folder, e.g. build/dev")
    parser.add_argument("--library", action="append", help="only this one (may be repeated)")
    parser.add_argument("--no-extract", action="store_true", help="compile only")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    arguments = parser.parse_args()

    libraries = catalogue.load(arguments.rules, arguments.library)
    prover = Prover(arguments)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(prover.prove, libraries))
    for result in results:
        if result.skipped:
            print(f"SKIP: {result.library.name}: package not to be had: {result.skipped}")
        for failure in result.failures:
            print(f"FAIL: {failure}")
    print_table(results, prover.can_extract)
    entries = [library.proof_of(entry)["kind"] for library in libraries
               for _, entry in library.entries()]
    unproved = entries.count("none") / max(1, len(entries))
    print(f"unproved entries: {entries.count('none')} of {len(entries)} ({unproved:.1%}, at most "
          f"{UNPROVED_LIMIT:.0%} allowed)")
    if any(result.failures for result in results) or unproved > UNPROVED_LIMIT:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

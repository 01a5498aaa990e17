# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rule files as the proof needs them: entries with the lines they stand on."""
import glob
import os

import yaml


class PlacedMap(dict):
    """A mapping that knows its own line and those of its values (1-based)."""

    line = 0

    def __init__(self):
        super().__init__()
        self.lines = {}


class PlacedLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    pass


def _placed_map(loader, node):
    result = PlacedMap()
    result.line = node.start_mark.line + 1
    yield result
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        result[key] = loader.construct_object(value_node, deep=True)
        # The text of a block scalar starts on the line after its `|`.
        is_block = isinstance(value_node, yaml.ScalarNode) and value_node.style in ("|", ">")
        result.lines[key] = value_node.start_mark.line + 1 + is_block


PlacedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _placed_map)


class Library:
    """One file of rules/libs."""

    def __init__(self, path, shown):
        with open(path, encoding="utf-8") as file:
            self.data = yaml.load(file, PlacedLoader)
        self.file = path
        self.path = shown
        self.name = self.data["library"]
        self.is_c = self.data["language"] == "c"

    def entries(self):
        for kind in ("functions", "types"):
            for entry in self.data.get(kind, []):
                yield kind, entry

    def proof_of(self, entry):
        return entry.get("proof", self.data["proof"])

    def header_groups(self):
        """Entries with the same header proof, which share one translation unit."""
        groups = {}
        for kind, entry in self.entries():
            proof = self.proof_of(entry)
            if proof["kind"] == "header":
                groups.setdefault(repr(sorted(proof.items())), (proof, []))[1].append((kind, entry))
        return list(groups.values())

    def counts(self):
        """Names by kind of proof, as written (aliases don't count)."""
        result = {"header": 0, "source": 0, "document": 0, "none": 0}
        for _, entry in self.entries():
            result[self.proof_of(entry)["kind"]] += len(entry["names"])
        return result


def load(rules_directory, only):
    paths = sorted(glob.glob(os.path.join(rules_directory, "libs", "*.yaml")))
    libraries = [Library(path, os.path.relpath(path, os.path.dirname(os.path.abspath(rules_directory))))
                 for path in paths
                 if not only or os.path.splitext(os.path.basename(path))[0] in only]
    missing = set(only or []) - {library.name for library in libraries}
    if missing:
        raise SystemExit(f"no such library in {rules_directory}/libs: {', '.join(sorted(missing))}")
    return libraries

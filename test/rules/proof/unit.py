# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The translation unit that proves the entries of one library. In C, where an enumeration
and its integer type are one in a signature, a function is assigned to a pointer of the
signature's type and called; in C++ an entry's example stands in a namespace of its own.
Lines remember which entry and which line of the rules they are."""
import pathlib
import re

# Names of parameters that the monitor's reports tell of.
TOLD = re.compile(r"(?<=[ *])(%s)\d*$" % "|".join(re.findall(
    r'^ARGUMENT\("(\w+)"', (pathlib.Path(__file__).parents[3] / "runtime-monitor/core/arguments.inc").read_text(),
    re.M)))


class Unit:
    def __init__(self, library, proof, entries):
        self.library = library
        self.entries = entries
        self.text = []
        self.places = {}  # line of the unit -> (entry, line of the rules file)
        for include in proof["include"]:
            self._line(f"#include <{include}>")
        for index, (kind, entry) in enumerate(entries):
            self._entry(index, kind, entry)

    @property
    def suffix(self):
        return ".c" if self.library.is_c else ".cpp"

    def flags(self):
        if self.library.is_c:
            return ["-xc", "-std=gnu17", "-D_GNU_SOURCE", "-w",
                    "-Werror=incompatible-pointer-types",
                    "-Werror=incompatible-function-pointer-types",
                    "-Werror=incompatible-pointer-types-discards-qualifiers",
                    "-Werror=int-conversion", "-Werror=implicit-function-declaration"]
        return ["-xc++", "-std=c++20", "-w"]

    def source(self):
        return "\n".join(self.text) + "\n"

    def _line(self, line, entry=None, rules_line=0):
        self.text.append(line)
        if entry is not None:
            self.places[len(self.text)] = (entry, rules_line)

    def _entry(self, index, kind, entry):
        line = entry.line
        if "example" in entry:
            # Objects of a type become locals: globals leave no facts.
            is_object = kind == "types" and not set("({") & set(entry["example"])
            before, after = ((f"void proof_{index}(void) {{", "}") if is_object else
                             ("", "") if self.library.is_c else
                             (f"namespace proof_{index} {{", "}"))
            self._line(before, entry, line)
            code = entry["example"]
            if kind == "types" and not self.library.is_c and "{" not in code:
                # Facts know functions with bodies only.
                code = re.sub(r"\)\s*;", ") { __builtin_trap(); }", code)
            for offset, text in enumerate(code.splitlines()):
                self._line(text, entry, entry.lines["example"] + offset)
            self._line(after, entry, line)
        elif kind == "types":
            for number, name in enumerate(entry["names"]):
                self._line(f"void proof_{index}_{number}({name} *P) {{ {name} Q; (void)Q; }}",
                           entry, line)
        if kind == "functions" and self.library.is_c:
            for number, name in enumerate(entry["names"]):
                self._c_function(f"{index}_{number}", name, entry)
        for condition in entry.get("unless", []) + entry.get("when", []):
            flag = condition.get("has-flag", condition.get("lacks-flag"))
            if flag:
                self._line(f"_Static_assert((long)({flag}) == {condition['value']}L, "
                           f"\"value of {flag}\");", entry, condition.line)

    def _c_function(self, suffix, name, entry):
        signature = entry["signature"]
        line = entry.lines["signature"]
        self._line(f"static __typeof__({signature}) *pointer_{suffix} = &{name};", entry, line)
        parameters = parameter_types(signature)
        if parameters is None:
            return
        declared = ", ".join(f"__typeof__({type_}) A{number}"
                             for number, type_ in enumerate(parameters))
        passed = ", ".join(f"A{number}" for number in range(len(parameters)))
        self._line(f"void call_{suffix}({declared or 'void'}) {{ (void)({name})({passed}); }}",
                   entry, line)


def parameter_types(signature):
    """Types of the named parameters of "ssize_t (int, void *)", or None if the function
    returns a function pointer and its parameters are not at the end."""
    depth = 0
    for start in range(len(signature) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(signature[start], 0)
        if depth == 0:
            break
    if signature[:start].rstrip().endswith(")"):
        return None
    types, depth, current = [], 0, ""
    for character in signature[start + 1:-1] + ",":
        depth += {"(": 1, "<": 1, ")": -1, ">": -1}.get(character, 0)
        if character == "," and depth == 0:
            types.append(current.strip())
            current = ""
        else:
            current += character
    return [TOLD.sub("", type_) for type_ in types if type_ not in ("", "void", "...")]

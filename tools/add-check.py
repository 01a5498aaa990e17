#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Starts a check: tools/add-check.py FOLDER NAME [--root DIR]

FOLDER is one of those below checks/ that hold checks, NAME lower-case words:
`threads detached-thread` starts gridlock-detached-thread. Writes the metadata, the
page, a class that compiles and a test; what is left to do says TODO.
"""
import argparse
import pathlib
import re
import sys

METADATA = """\
id: gridlock-{name}
summary: TODO One sentence that says what it reports.
guide: ["TODO section"]
tags: [concurrency]
precision: TODO When a finding is very high, high, medium, low.
pedantic: true
"""
HEADER = """\
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-{name}, see {name}.md.
#ifndef {guard}
#define {guard}

#include "checks/engine/Check.h"

namespace gridlock {{

/// TODO What it finds, and how often one thing is reported.
class {cls} : public Check {{
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
}};

}} // namespace gridlock

#endif
"""
SOURCE = """\
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/{folder}/{cls}.h"

#include "checks/engine/Trace.h"

namespace gridlock {{

void {cls}::run(const Analysis &A, FindingSink &Sink) const {{
  const Program &P = A.program();
  for (FunctionId F = 0; F < P.functions().size(); ++F) {{
    if (!isUserCode(P, F))
      continue;
    const ProgramFunction &Fn = P.function(F);
    for (const CallEvent &Call : P.callEvents(F)) {{
      if (P.qualifiedName(Call.Callee) != "std::thread::detach") // TODO
        continue;
      Finding Result;
      Result.Where = P.locate(Fn.Unit, Call.Event->loc());
      Result.Function = findingFunction(P, Fn.Symbol);
      Result.Operation = P.qualifiedName(Call.Callee);
      Result.Message = "TODO what happens in " + describe(P, Fn.Symbol) +
                       "; instead: TODO";
      Sink.report(std::move(Result));
    }}
  }}
}}

}} // namespace gridlock
"""
TEST = """\
// TODO What is shown.
// RUN: %check_all {name} %s --profile pedantic
#include <thread>

void detached_bad() {{
  // CHECK: first.cpp:[[@LINE+1]]:22: warning: TODO what happens in 'detached_bad'
  std::thread([] {{}}).detach();
}}
void joined_ok() {{ std::thread([] {{}}).join(); }}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("name")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1])
    arguments = parser.parse_args()
    name, checks = arguments.name, arguments.root / "checks"
    if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name) or name.startswith("gridlock-"):
        parser.error(f"'{name}': a check's name is lower-case words with - between them, without gridlock-")
    folders = sorted({path.parent.name for path in checks.glob("*/*.yaml")})
    if arguments.folder not in folders:
        parser.error(f"checks are in {', '.join(folders)}, not in '{arguments.folder}'")
    if found := list(checks.glob(f"*/{name}.yaml")):
        parser.error(f"{found[0]} exists already")
    # The headings are those of any other page.
    other = sorted(checks.glob("*/*.yaml"))[0].with_suffix(".md")
    headings = re.findall(r"^## .+$", other.read_text(encoding="utf-8"), re.M)
    cls = "".join(word.capitalize() for word in name.split("-")) + "Check"
    words = {"name": name, "folder": arguments.folder, "cls": cls,
             "guard": f"GRIDLOCK_{arguments.folder}_{cls}_H".upper()}
    below = checks / arguments.folder
    files = {below / f"{name}.yaml": METADATA.format(**words),
             below / f"{name}.md": f"# gridlock-{name}\n" + "".join(f"\n{h}\n\nTODO\n" for h in headings),
             below / f"{cls}.h": HEADER.format(**words),
             below / f"{cls}.cpp": SOURCE.format(**words),
             arguments.root / "test/checks" / name / "first.cpp": TEST.format(**words)}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
        print(path)
    print("fill in every TODO; checks/engine/README.md, 'A new check', has the steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element of `types:`: a task, a guard, a mutex type or
// one whose objects belong to an event loop.
#include "rules/Spelling.h"
#include "rules/compiler/LibraryFile.h"

namespace gridlock::rules {

static void readKind(const MapReader &Map, EntryT &Entry, Diagnostics &D) {
  if (Map.has("task")) {
    Entry.kind = EntryKind::Task;
    Entry.task_start = EnumValuesTaskStart()[Map.word(
        "task", yamlWords(EnumNamesTaskStart()), 0)];
  } else if (Map.has("guard")) {
    Entry.kind = EntryKind::Guard;
    MapReader Guard(Map.at("guard"), "'guard'", {"mode", "reversed"}, D);
    Guard.require("mode");
    // Its constructor gives the lock back.
    if (Guard.has("reversed") && Guard.boolean("reversed"))
      Entry.effects.push_back(Effect::Releases);
    Entry.mode = EnumValuesLockMode()[Guard.word(
        "mode", yamlWords(EnumNamesLockMode()), 0)];
  } else if (Map.has("mutex")) {
    Entry.kind = EntryKind::Mutex;
    MapReader Mutex(Map.at("mutex"), "'mutex'",
                    {"recursive", "shared", "async"}, D);
    Entry.recursive = Mutex.boolean("recursive");
    Entry.shared = Mutex.boolean("shared");
    Entry.async = Mutex.boolean("async");
  } else {
    Entry.kind = EntryKind::LoopBound;
  }
  Entry.loop_bound = Map.has("loop-bound") && Map.boolean("loop-bound");
}

void readTypeEntry(const YAML::Node &Node, LibraryFile &File,
                   const std::vector<std::string> &Rows, Diagnostics &D) {
  MapReader Map(Node, "a type entry",
                {"names", "task", "guard", "mutex", "loop-bound", "framework",
                 "instead", "guide", "example", "since", "source", "provenance",
                 "proof"},
                D);
  if (!Node.IsMap())
    return;
  int Kinds = Map.has("task") + Map.has("guard") + Map.has("mutex");
  if (Kinds > 1 || (Kinds == 0 && !Map.has("loop-bound")))
    D.error(Node,
            "a type entry needs one of task, guard, mutex, or loop-bound");
  EntryT Entry;
  readKind(Map, Entry, D);
  addEntries(Map, Entry, File, Rows, D);
}

} // namespace gridlock::rules

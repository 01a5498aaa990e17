// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one finding record: made by the engine's checks and by the monitor's
// report, read by every front end and writer. Knows neither Clang nor any
// output format.
#ifndef GRIDLOCK_ENGINE_FINDING_H
#define GRIDLOCK_ENGINE_FINDING_H

#include <cstdint>
#include <string>
#include <vector>

namespace gridlock {

/// How likely a finding is true; the table behind it is in
/// checks/engine/README.md. Ordered: a profile shows a level and everything
/// above it.
enum class Precision : std::uint8_t { Low, Medium, High, VeryHigh };

const char *toString(Precision P); // "very-high", "high", ...

struct Location {
  std::string
      File; // relative to the root, or absolute outside it; empty = none
  unsigned Line = 0; // 1-based, 0 = none
  unsigned Column = 0;
  bool operator==(const Location &) const = default;
  auto operator<=>(const Location &) const = default;
};

struct Note {
  Location Where;
  std::string Message;
  /// Notes with the same number tell one thread's (one side's) steps: a
  /// deadlock has several.
  unsigned Side = 0;
};

/// One replacement of source text: from Begin up to, not including, the
/// position EndLine:EndColumn of the same file; an insertion where both are the
/// same. Columns count bytes.
struct Edit {
  Location Begin;
  unsigned EndLine = 0;
  unsigned EndColumn = 0;
  std::string Text; // instead of what was there
  bool operator==(const Edit &) const = default;
  auto operator<=>(const Edit &) const = default;
};

struct Finding {
  std::string Rule; // check id: "gridlock-lock-order"
  Location Where;   // innermost frame of the user's own code
  std::string
      Function; // its qualified name; a lambda by its enclosing function
  std::string
      Operation; // catalogue id of the operation ("posix/read"), or the
                 // check's own key (lock orders: acquiring functions, sorted)
  std::string Message;     // one whole sentence-like fact, without the rule id
  std::vector<Note> Notes; // in reading order: from the root to the operation
  Precision Confidence = Precision::High;
  std::string
      Fingerprint; // see Fingerprint.h; filled in after all findings are known
  /// What surely puts it right, all edits together; sorted, without overlap.
  /// Empty where there is no such change.
  std::vector<Edit> Fix;
};

} // namespace gridlock

#endif

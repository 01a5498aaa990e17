// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From stacks to what findings show: places below the project's root, the
// user's own function, notes.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_PLACES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_PLACES_H

#include "tools/symbolize/Observed.h"

namespace gridlock::symbolize {

/// A finding that needs no merging.
struct SeenFinding {
  Finding Result;
  std::vector<Frame> Frames; // of all stacks
  Measured Numbers{.Count = 1};
};

/// The stack kept for a record, or the one frame at Site.
std::vector<Frame> stackOf(const ProcessRecords &P, Symbolizer &S,
                           monitor::RecordKind Kind, std::uint32_t Id,
                           std::uint64_t Site);

class Places {
public:
  explicit Places(std::filesystem::path Root) : Root(std::move(Root)) {}

  Location relative(Location Where) const;
  /// Function and place of the innermost frame of the user's own code.
  Side sideOf(std::vector<Frame> Stack) const;
  /// The stack as notes, without what runs main or a thread.
  void addNotes(Finding &F, const std::vector<Frame> &Stack) const;

private:
  const std::filesystem::path Root;
};

} // namespace gridlock::symbolize

#endif

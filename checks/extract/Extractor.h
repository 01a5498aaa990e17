// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A parsed translation unit to facts. The only door for front ends: the
// extractor tool and the clang-tidy module call the same function and so see
// the same facts.
//
// Threads: one caller at a time per ASTContext, on a thread with a stack of
// ExtractStackSize (expressions nest deeply). Cost: one pass over the unit's
// top-level declarations and the bodies of project functions; system headers
// are not entered. Errors: none; what can't be understood is in the facts as
// Unsupported.
#ifndef GRIDLOCK_EXTRACT_EXTRACTOR_H
#define GRIDLOCK_EXTRACT_EXTRACTOR_H

#include "facts_generated.h"

#include <cstdint>
#include <memory>
#include <string>

namespace clang {
class ASTContext;
}

namespace gridlock::extract {

inline constexpr unsigned ExtractStackSize = 256u
                                             << 20; // reserved, not touched

struct ExtractOptions {
  std::string
      Root; // paths below it are stored relative to it; resolved, absolute
  std::string Producer; // who makes the file: "gridlock-extract-22 0.1.0"
  std::uint64_t CommandHash = 0;
};

/// Status is Ok, or Partial when Clang reported errors; the caller adds
/// diagnostics.
std::unique_ptr<facts::FileT>
extractTranslationUnit(clang::ASTContext &Ctx, const ExtractOptions &Options);

} // namespace gridlock::extract

#endif

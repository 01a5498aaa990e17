// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a buffer is safe to read: structure, version, and what FlatBuffers
// can't check: every index into another table of the file must be in range, so
// that readers need no checks.
#ifndef GRIDLOCK_FACTS_FACTSVERIFY_H
#define GRIDLOCK_FACTS_FACTSVERIFY_H

#include "facts_generated.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gridlock {

/// The length in front tells a cut file from a whole one, and lets files that
/// a linker has concatenated be told apart.
inline constexpr std::size_t FactsPrefix = sizeof(flatbuffers::uoffset_t);

inline constexpr const char *ExtractAgain =
    "remove it and run the extraction again";
inline constexpr const char *CorruptFacts =
    "truncated or corrupt; remove it and run the extraction again";

/// Says what is wrong with a buffer and what to do, or returns an empty string.
/// Cost: one pass over it.
std::string verifyBuffer(std::span<const std::uint8_t> Buffer);

} // namespace gridlock

#endif

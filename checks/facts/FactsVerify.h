// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of verification that FlatBuffers can't do: every index into another
// table of the file must be in range, so that readers need no checks.
#ifndef GRIDLOCK_FACTS_FACTSVERIFY_H
#define GRIDLOCK_FACTS_FACTSVERIFY_H

#include "facts_generated.h"

#include <string>

namespace gridlock {

/// Names the first index that is out of range, or returns an empty string.
/// Cost: one pass over the file.
std::string findBadIndex(const facts::File &File);

} // namespace gridlock

#endif

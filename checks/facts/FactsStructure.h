// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a buffer is a FlatBuffer of the schema: everything that can be
// reached from its root lies inside it, is aligned and ends. Does what the
// generated Verify functions do, from the same schema, in a fraction of the
// time: the layout of a table is checked once for all tables that share it.
//
// Cost: one visit of each table, string and list; no more tables than the
// buffer has room for.
#ifndef GRIDLOCK_FACTS_FACTSSTRUCTURE_H
#define GRIDLOCK_FACTS_FACTSSTRUCTURE_H

#include <cstddef>
#include <cstdint>

namespace gridlock {

/// Whether the size-prefixed buffer DATA of SIZE bytes holds a `facts::File`
/// that is safe to read, with tables nested at most DEPTH deep.
bool isSoundFacts(const std::uint8_t *Data, std::size_t Size, unsigned Depth);

} // namespace gridlock

#endif

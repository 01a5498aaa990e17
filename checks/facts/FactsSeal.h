// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The seal behind a buffer that was verified when it was written: a hash, which
// tells whether anything was changed since. Files and the sections of objects
// have one.
//
// Threads: any. Cost: one pass over the buffer.
#ifndef GRIDLOCK_FACTS_FACTSSEAL_H
#define GRIDLOCK_FACTS_FACTSSEAL_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gridlock {

/// Puts a seal behind BUFFER if that is sound.
void sealFacts(std::vector<std::uint8_t> &Buffer);

/// Takes the seal off the end of BYTES, if there is one: true if nothing was
/// changed since it was put there.
std::optional<bool> takeSeal(std::span<const std::uint8_t> &Bytes);

/// BYTES are buffers that a linker has concatenated: the size of the first one
/// and its seal, more than there are if it is cut off; 0 if they start with
/// something else.
std::size_t sizeOfFirst(std::span<const std::uint8_t> Bytes);

} // namespace gridlock

#endif

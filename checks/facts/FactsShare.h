// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes a facts buffer smaller without changing what a reader sees: values and
// places that are equal are written once and referred to from all that have
// them. What stands for one place in the program (events, blocks, edges and
// their conditions, symbols, types, conditional values) stays by itself, since
// the engine tells such things apart by address.
//
// Pure; linear in the buffer.
#ifndef GRIDLOCK_FACTS_FACTSSHARE_H
#define GRIDLOCK_FACTS_FACTSSHARE_H

#include <cstdint>
#include <vector>

namespace gridlock {

/// DATA: a size-prefixed `facts::File` that was just made; no checks.
std::vector<std::uint8_t> shareEqual(const std::uint8_t *Data);

} // namespace gridlock

#endif

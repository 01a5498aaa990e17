// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The monitor's memory: zeroed, straight from the kernel, never given back.
// Null when there is none; every caller then does without.
#ifndef GRIDLOCK_MONITOR_CORE_ARENA_H
#define GRIDLOCK_MONITOR_CORE_ARENA_H

#include <cstddef>
#include <new>

namespace gridlock::monitor {

void *allocate(size_t Size) noexcept;

template <class T> T *make() noexcept {
  void *P = allocate(sizeof(T));
  return P ? new (P) T() : nullptr;
}

void resetArenaLock() noexcept; // in a forked child

} // namespace gridlock::monitor

#endif

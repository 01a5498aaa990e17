// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fixed table without locks: entries are claimed once and never given back.
// An entry has an atomic State: 0 free, 1 being claimed, 2 in use.
#ifndef GRIDLOCK_MONITOR_CORE_TABLE_H
#define GRIDLOCK_MONITOR_CORE_TABLE_H

#include "runtime-monitor/core/Syscalls.h"

#include <atomic>
#include <cstdint>

namespace gridlock::monitor {

/// HASH with one more part.
inline uint64_t mix(uint64_t Hash, uint64_t Value) noexcept {
  Hash = (Hash ^ Value) * 0x9e3779b97f4a7c15u;
  return Hash ^ (Hash >> 29);
}

/// By lock and place in the code.
inline uint64_t hashOf(const void *Lock, uint64_t Site,
                       uint32_t Kind) noexcept {
  uint64_t Hash = (reinterpret_cast<uint64_t>(Lock) * 0x9e3779b97f4a7c15u) ^
                  (Site * 0xc2b2ae3d27d4eb4fu);
  return (Hash ^ (Hash >> 29)) * 0xbf58476d1ce4e5b9u + Kind;
}

/// In a forked child: writes only what isn't zero, for a write copies the page.
template <class T, size_t N> void zero(std::atomic<T> (&All)[N]) noexcept {
  for (std::atomic<T> &One : All)
    if (One.load(std::memory_order_relaxed) != 0)
      One.store(0, std::memory_order_relaxed);
}

struct Always {
  bool operator()() const noexcept { return true; }
};

/// The entry for which Same holds, or a free one, which Fill fills in if May
/// allows a new one; else null. Size: a power of two.
template <class Entry, class IsSame, class FillIn, class MayFill = Always>
Entry *findOrMake(Entry *Table, uint32_t Size, uint64_t Hash, IsSame Same,
                  FillIn Fill, MayFill May = {}) noexcept {
  for (uint32_t Probe = 0; Probe < 64; ++Probe) {
    Entry &E = Table[((Hash >> 32) + Probe) & (Size - 1)];
    uint32_t State = E.State.load(std::memory_order_acquire);
    if (State == 0) {
      if (!May())
        return nullptr;
      if (E.State.compare_exchange_strong(State, 1)) {
        Fill(E);
        E.State.store(2, std::memory_order_release);
        return &E;
      }
    }
    // Not for ever: a signal handler may have interrupted whoever claims it.
    for (int Turns = 0; State == 1 && Turns < 1000; ++Turns)
      State = E.State.load(std::memory_order_acquire);
    if (State == 2 && Same(E))
      return &E;
  }
  return nullptr;
}

/// Which of a table's entries may be in use: to look through them touches
/// nothing else of the table, most of which is never backed by memory.
template <uint32_t Size> class UsedEntries {
public:
  void add(ptrdiff_t I) noexcept {
    Words[I / 64].fetch_or(uint64_t{1} << I % 64, std::memory_order_release);
  }
  /// Whether Is is true of one of their numbers.
  template <class Condition> bool any(Condition Is) const noexcept {
    for (uint32_t W = 0; W < Size / 64; ++W)
      for (uint64_t Bits = Words[W].load(std::memory_order_acquire); Bits != 0;
           Bits &= Bits - 1)
        if (Is(W * 64 + static_cast<uint32_t>(__builtin_ctzll(Bits))))
          return true;
    return false;
  }
  template <class Body> void forEach(Body Do) const noexcept {
    any([&](uint32_t I) {
      Do(I);
      return false;
    });
  }
  void clear() noexcept { zero(Words); }

private:
  std::atomic<uint64_t> Words[Size / 64] = {};
};

template <class Entry> Entry *makeTable(uint32_t Size) noexcept {
  return static_cast<Entry *>(sys::map(sizeof(Entry) * Size));
}

/// All zero again: in a forked child.
template <class Entry> void clearTable(Entry *Table, uint32_t Size) noexcept {
  if (Table)
    sys::call(SYS_madvise, sys::address(Table), sizeof(Entry) * Size,
              MADV_DONTNEED);
}

/// Makes To at least Value; true if it was less.
inline bool raise(std::atomic<uint64_t> &To, uint64_t Value) noexcept {
  uint64_t Before = To.load(std::memory_order_relaxed);
  while (Value > Before)
    if (To.compare_exchange_weak(Before, Value, std::memory_order_relaxed))
      return true;
  return false;
}

} // namespace gridlock::monitor

#endif

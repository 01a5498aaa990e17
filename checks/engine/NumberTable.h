// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds things that are kept elsewhere by number: a hash table of 8 bytes a
// slot in one array, for tables of which most look-ups miss the cache.
//
// Threads: one at a time. Cost: constant, 16 to 32 bytes for each number.
#ifndef GRIDLOCK_ENGINE_NUMBERTABLE_H
#define GRIDLOCK_ENGINE_NUMBERTABLE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gridlock {

class NumberTable {
public:
  static constexpr std::uint32_t None = ~std::uint32_t(0);

  /// The number kept with HASH for which IS says yes, or None.
  template <typename Predicate>
  std::uint32_t find(std::size_t Hash, Predicate Is) const {
    if (Slots.empty())
      return None;
    const std::uint32_t Mixed = mix(Hash);
    for (std::size_t At = Mixed & (Slots.size() - 1); Slots[At].Next != 0;
         At = (At + 1) & (Slots.size() - 1))
      if (Slots[At].Hash == Mixed && Is(Slots[At].Next - 1))
        return Slots[At].Next - 1;
    return None;
  }

  /// Keeps NUMBER, which is not there yet and less than None.
  void add(std::size_t Hash, std::uint32_t Number) {
    if (Used * 2 >= Slots.size())
      grow();
    ++Used;
    put({mix(Hash), Number + 1});
  }

private:
  struct Slot {
    std::uint32_t Hash = 0;
    std::uint32_t Next = 0; // one more than the number; 0: free
  };

  static std::uint32_t mix(std::size_t Hash) {
    return static_cast<std::uint32_t>((Hash * 0x9e3779b97f4a7c15u) >> 32);
  }
  void put(Slot New) {
    std::size_t At = New.Hash & (Slots.size() - 1);
    while (Slots[At].Next != 0)
      At = (At + 1) & (Slots.size() - 1);
    Slots[At] = New;
  }
  void grow() {
    std::vector<Slot> Old(Slots.empty() ? 64 : Slots.size() * 2);
    Old.swap(Slots);
    for (const Slot &S : Old)
      if (S.Next != 0)
        put(S);
  }

  std::vector<Slot> Slots; // a power of two, at most half full
  std::size_t Used = 0;
};

} // namespace gridlock

#endif

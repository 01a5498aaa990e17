// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers for names: each is hashed once for each time that it is asked for,
// and compared only with those of the same hash. The texts must outlive the
// table.
//
// Threads: one at a time. Cost: constant for each name, 16 bytes and 32 more
// for each that is new.
#ifndef GRIDLOCK_ENGINE_NAMETABLE_H
#define GRIDLOCK_ENGINE_NAMETABLE_H

#include "checks/facts/TextHash.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace gridlock {

class NameTable {
public:
  /// The number of NAME, counted from 1 in the order of asking; 0 if it is
  /// empty.
  std::uint32_t idOf(std::string_view Name) {
    if (Name.empty())
      return 0;
    if (Names.size() * 2 >= Slots.size())
      grow();
    const std::size_t Hash = TextHash()(Name);
    std::size_t At = Hash & (Slots.size() - 1);
    for (; Slots[At].Id != 0; At = (At + 1) & (Slots.size() - 1))
      if (Slots[At].Hash == Hash && Names[Slots[At].Id - 1] == Name)
        return Slots[At].Id;
    Names.push_back(Name);
    Slots[At] = {Hash, static_cast<std::uint32_t>(Names.size())};
    return Slots[At].Id;
  }
  std::string_view name(std::uint32_t Id) const {
    return Id == 0 ? std::string_view() : Names[Id - 1];
  }
  /// One more than the largest number.
  std::size_t size() const { return Names.size() + 1; }

private:
  struct Slot {
    std::size_t Hash = 0;
    std::uint32_t Id = 0; // 0: free
  };

  void grow() {
    std::vector<Slot> Old(Slots.empty() ? 1024 : Slots.size() * 2);
    Old.swap(Slots);
    for (const Slot &S : Old)
      if (S.Id != 0) {
        std::size_t At = S.Hash & (Slots.size() - 1);
        while (Slots[At].Id != 0)
          At = (At + 1) & (Slots.size() - 1);
        Slots[At] = S;
      }
  }

  std::vector<Slot> Slots; // a power of two, at most half full
  std::vector<std::string_view> Names;
};

} // namespace gridlock

#endif

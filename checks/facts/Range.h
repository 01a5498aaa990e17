// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// FlatBuffers leaves empty vectors out, so a getter may return null. `each`
// makes a range of either: `for (const facts::Event *E :
// each(Block->events()))`.
#ifndef GRIDLOCK_FACTS_RANGE_H
#define GRIDLOCK_FACTS_RANGE_H

#include "flatbuffers/flatbuffers.h"

namespace gridlock {

template <typename T> class VectorRange {
public:
  explicit VectorRange(const flatbuffers::Vector<T> *V) : V(V) {}
  auto begin() const { return V ? V->begin() : Iterator(nullptr, 0); }
  auto end() const { return V ? V->end() : Iterator(nullptr, 0); }
  flatbuffers::uoffset_t size() const { return V ? V->size() : 0; }
  bool empty() const { return size() == 0; }
  auto operator[](flatbuffers::uoffset_t I) const { return V->Get(I); }

private:
  using Iterator = typename flatbuffers::Vector<T>::const_iterator;
  const flatbuffers::Vector<T> *V;
};

template <typename T> VectorRange<T> each(const flatbuffers::Vector<T> *V) {
  return VectorRange<T>(V);
}

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schema as data, for what goes over any table of a facts buffer: in place
// of facts_generated.h, so in sources of their own. Pure.
#ifndef GRIDLOCK_FACTS_FACTSSCHEMA_H
#define GRIDLOCK_FACTS_FACTSSCHEMA_H

#include "facts_reflect.h"

#include <algorithm>
#include <cstddef>

namespace gridlock::schema {

/// What a field refers to, or the struct that it is; null: a scalar or string.
inline const flatbuffers::TypeTable *
sequenceOf(const flatbuffers::TypeTable &Table, unsigned Field) {
  const int Ref = Table.type_codes[Field].sequence_ref;
  return Ref < 0 ? nullptr : Table.type_refs[Ref]();
}

inline flatbuffers::ElementaryType baseOf(const flatbuffers::TypeTable &Table,
                                          unsigned Field) {
  return static_cast<flatbuffers::ElementaryType>(
      Table.type_codes[Field].base_type);
}

/// Of a value that stands in a table or list itself; bytes.
struct Inline {
  std::size_t Size, Alignment;
};

inline Inline inlineOf(flatbuffers::ElementaryType Type,
                       const flatbuffers::TypeTable *Of) {
  switch (Type) {
  case flatbuffers::ET_BOOL:
  case flatbuffers::ET_CHAR:
  case flatbuffers::ET_UCHAR:
  case flatbuffers::ET_UTYPE:
    return {1, 1};
  case flatbuffers::ET_SHORT:
  case flatbuffers::ET_USHORT:
    return {2, 2};
  case flatbuffers::ET_LONG:
  case flatbuffers::ET_ULONG:
  case flatbuffers::ET_DOUBLE:
    return {8, 8};
  case flatbuffers::ET_SEQUENCE:
    if (Of->st == flatbuffers::ST_STRUCT) {
      std::size_t Alignment = 1;
      for (unsigned I = 0; I < Of->num_elems; ++I)
        Alignment = std::max(
            Alignment, inlineOf(baseOf(*Of, I), sequenceOf(*Of, I)).Alignment);
      return {static_cast<std::size_t>(Of->values[Of->num_elems]), Alignment};
    }
    return {4, 4}; // an offset
  default:
    return {4, 4};
  }
}

} // namespace gridlock::schema

#endif

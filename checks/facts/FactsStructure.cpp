// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsStructure.h"
#include "checks/facts/FactsSchema.h"

#include <vector>

namespace gridlock {

namespace {

using flatbuffers::ElementaryType;
using flatbuffers::TypeTable;
using schema::Inline;
using schema::inlineOf;
using schema::sequenceOf;

template <typename T> T load(const std::uint8_t *At) {
  return flatbuffers::ReadScalar<T>(At);
}

class Reader {
public:
  Reader(const std::uint8_t *Data, std::size_t Size, unsigned MaxDepth)
      : Data(Data), Size(Size), TablesLeft(Size / 4), MaxDepth(MaxDepth) {}

  bool file() {
    std::size_t At = sizeof(flatbuffers::uoffset_t);
    return Size < FLATBUFFERS_MAX_BUFFER_SIZE && Size >= At + 8 && follow(At) &&
           table(At, *facts::File::MiniReflectTypeTable());
  }

private:
  enum class Kind : std::uint8_t { Table, String, Scalars, Tables, Strings };
  // What a field refers to.
  struct Reference {
    std::uint16_t Offset;
    Kind What;
    std::uint8_t Element; // size; of scalars
    const TypeTable *To;
  };
  // What the tables with one vtable have in common.
  struct Layout {
    std::size_t VTable = 0; // position
    const TypeTable *Type = nullptr;
    std::size_t Size = 0, Alignment = 4;
    std::size_t First = 0, Count = 0; // in References
    std::size_t Shift = 0; // a table starts so many bytes after its alignment
  };

  bool fits(std::size_t At, std::size_t Length) const {
    return Length <= Size && At <= Size - Length;
  }
  // Moves AT from an offset to what it leads to.
  bool follow(std::size_t &At) const {
    if (!fits(At, 4))
      return false;
    const auto Offset = load<flatbuffers::uoffset_t>(Data + At);
    At += Offset;
    return Offset != 0 && static_cast<flatbuffers::soffset_t>(Offset) > 0 &&
           fits(At, 4) && At % 4 == 0;
  }
  // The elements of the list at AT, moved to the first.
  bool list(std::size_t &At, std::size_t Element, std::size_t &Count) const {
    Count = load<flatbuffers::uoffset_t>(Data + At);
    At += 4;
    return Count <= (Size - At) / Element;
  }
  bool string(std::size_t At) const {
    std::size_t Length = 0;
    return list(At, 1, Length) && fits(At + Length, 1) &&
           Data[At + Length] == 0;
  }

  bool table(std::size_t At, const TypeTable &Type) {
    if (TablesLeft == 0 || Depth == MaxDepth)
      return false;
    --TablesLeft;
    const std::size_t VTable =
        At - static_cast<std::size_t>(static_cast<std::ptrdiff_t>(
                 load<flatbuffers::soffset_t>(Data + At)));
    const Layout *Known = layout(VTable, Type);
    if (!Known || !fits(At, Known->Size) ||
        ((At + Known->Shift) & (Known->Alignment - 1)) != 0)
      return false;
    const std::size_t First = Known->First, Count = Known->Count;
    ++Depth;
    for (std::size_t I = First; I < First + Count; ++I)
      if (!reference(At + References[I].Offset, Reference(References[I])))
        return false;
    --Depth;
    return true;
  }

  bool reference(std::size_t At, const Reference &R) {
    if (!follow(At))
      return false;
    std::size_t Count = 0;
    switch (R.What) {
    case Kind::Table:
      return table(At, *R.To);
    case Kind::String:
      return string(At);
    case Kind::Scalars:
      return list(At, R.Element, Count);
    case Kind::Tables:
    case Kind::Strings:
      if (!list(At, 4, Count))
        return false;
      for (std::size_t I = 0; I < Count; ++I) {
        std::size_t Element = At + I * 4;
        if (!follow(Element) ||
            !(R.What == Kind::Strings ? string(Element)
                                      : table(Element, *R.To)))
          return false;
      }
      return true;
    }
    return false;
  }

  // Null if there is no such layout.
  const Layout *layout(std::size_t VTable, const TypeTable &Type) {
    std::size_t At = slotOf(VTable, &Type);
    if (Slots[At] != 0)
      return &Layouts[Slots[At] - 1];
    Layout Found;
    if (Layouts.size() == MaxLayouts || !read(VTable, Type, Found))
      return nullptr;
    Layouts.push_back(Found);
    Slots[At] = static_cast<std::uint32_t>(Layouts.size());
    if (Layouts.size() * 2 > Slots.size()) {
      Slots.assign(Slots.size() * 4, 0);
      for (std::uint32_t I = 0; I < Layouts.size(); ++I)
        Slots[slotOf(Layouts[I].VTable, Layouts[I].Type)] = I + 1;
    }
    return &Layouts.back();
  }
  // Where a layout is, or where it has its place.
  std::size_t slotOf(std::size_t VTable, const TypeTable *Type) const {
    const std::size_t Mask = Slots.size() - 1;
    for (std::size_t At =
             VTable / 2 + reinterpret_cast<std::uintptr_t>(Type) / 16;
         ; ++At) {
      const std::uint32_t Slot = Slots[At & Mask];
      if (Slot == 0 || (Layouts[Slot - 1].VTable == VTable &&
                        Layouts[Slot - 1].Type == Type))
        return At & Mask;
    }
  }

  bool read(std::size_t VTable, const TypeTable &Type, Layout &Result) {
    if (VTable % 2 != 0 || !fits(VTable, 4))
      return false;
    const std::size_t Length = load<flatbuffers::voffset_t>(Data + VTable);
    Layout Found{VTable,
                 &Type,
                 load<flatbuffers::voffset_t>(Data + VTable + 2),
                 4,
                 References.size(),
                 0,
                 0};
    if (Length % 2 != 0 || Length < 4 || !fits(VTable, Length) ||
        Found.Size < 4)
      return false;
    for (unsigned I = 0; I < Type.num_elems; ++I) {
      if (6 + 2 * std::size_t(I) > Length)
        break;
      const std::size_t Offset =
          load<flatbuffers::voffset_t>(Data + VTable + 4 + 2 * I);
      if (Offset != 0 && !field(Type, I, Offset, Found))
        return false;
    }
    Found.Count = References.size() - Found.First;
    Result = Found;
    return true;
  }

  bool field(const TypeTable &Type, unsigned I, std::size_t Offset,
             Layout &Found) {
    const auto Code = Type.type_codes[I];
    const auto Base = static_cast<ElementaryType>(Code.base_type);
    const TypeTable *Of = sequenceOf(Type, I);
    const bool IsTable =
        Base == ElementaryType::ET_SEQUENCE && Of->st == flatbuffers::ST_TABLE;
    if (Base == ElementaryType::ET_SEQUENCE && !IsTable &&
        Of->st != flatbuffers::ST_STRUCT)
      return false; // unions: the schema has none
    const bool IsString = Base == ElementaryType::ET_STRING;
    const Inline Element = inlineOf(Base, Of);
    const Inline Here = Code.is_repeating ? Inline{4, 4} : Element;
    if (Offset < 4 || Offset + Here.Size > Found.Size)
      return false;
    if (Here.Alignment > Found.Alignment) {
      Found.Alignment = Here.Alignment;
      Found.Shift = Offset % Here.Alignment;
    }
    if ((Offset - Found.Shift) % Here.Alignment != 0)
      return false;
    Kind What = IsTable ? Kind::Table : Kind::String;
    if (Code.is_repeating)
      What = IsTable ? Kind::Tables : IsString ? Kind::Strings : Kind::Scalars;
    else if (!IsTable && !IsString)
      return true;
    References.push_back({static_cast<std::uint16_t>(Offset), What,
                          static_cast<std::uint8_t>(Element.Size), Of});
    return true;
  }

  const std::uint8_t *Data;
  const std::size_t Size;
  std::size_t TablesLeft;
  const unsigned MaxDepth;
  unsigned Depth = 0;
  // A file has some hundred: the fields that tables of a type have vary little.
  static constexpr std::size_t MaxLayouts = 1 << 20;
  std::vector<std::uint32_t> Slots = std::vector<std::uint32_t>(1024);
  std::vector<Layout> Layouts; // a slot has the place in here and one
  std::vector<Reference> References;
};

} // namespace

bool isSoundFacts(const std::uint8_t *Data, std::size_t Size, unsigned Depth) {
  return Reader(Data, Size, Depth).file();
}

} // namespace gridlock

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsShare.h"
#include "checks/facts/FactsSchema.h"

#include <string>
#include <unordered_map>

namespace gridlock {

namespace {

using flatbuffers::ElementaryType;
using flatbuffers::TypeTable;
using flatbuffers::uoffset_t;
using flatbuffers::voffset_t;

// A field of a table that is being copied.
struct Field {
  voffset_t Offset; // in the table's layout
  schema::Inline Size;
  const std::uint8_t *Bytes; // null: an offset
  uoffset_t To;
};

class Copier {
public:
  std::vector<std::uint8_t> file(const std::uint8_t *Data) {
    const auto *Root =
        flatbuffers::GetSizePrefixedRoot<flatbuffers::Table>(Data);
    const uoffset_t At = table(*Root, *facts::File::MiniReflectTypeTable());
    Builder.FinishSizePrefixed(flatbuffers::Offset<facts::File>(At),
                               facts::FileIdentifier());
    return {Builder.GetBufferPointer(),
            Builder.GetBufferPointer() + Builder.GetSize()};
  }

private:
  // Conditional values are the exception, see table().
  static bool mayShare(const TypeTable *Type) {
    return Type == facts::ValueTypeTable() || Type == facts::PlaceTypeTable() ||
           Type == facts::StepTypeTable() ||
           Type == facts::CapturedValueTypeTable();
  }

  static bool isOffset(const TypeTable &Type, unsigned Field) {
    const ElementaryType Base = schema::baseOf(Type, Field);
    return Type.type_codes[Field].is_repeating ||
           Base == flatbuffers::ET_STRING ||
           (Base == flatbuffers::ET_SEQUENCE &&
            schema::sequenceOf(Type, Field)->st == flatbuffers::ST_TABLE);
  }
  static void append(std::string &Key, const void *Bytes, std::size_t Size) {
    Key.append(static_cast<const char *>(Bytes), Size);
  }
  // What is equal is of one kind, 'L' for lists, and one type.
  static std::string keyOf(char Kind, const TypeTable *Type) {
    std::string Key(1, Kind);
    append(Key, &Type, sizeof(Type));
    return Key;
  }

  // Where the copy is, or, if there is an equal one, that one.
  uoffset_t table(const flatbuffers::Table &From, const TypeTable &Type) {
    std::vector<Field> Fields;
    bool Shared = mayShare(&Type);
    for (unsigned I = 0; I < Type.num_elems; ++I) {
      const auto Slot = static_cast<voffset_t>(4 + 2 * I);
      const voffset_t At = From.GetOptionalFieldOffset(Slot);
      if (At == 0)
        continue;
      const auto *Bytes = reinterpret_cast<const std::uint8_t *>(&From) + At;
      if (!isOffset(Type, I)) {
        Fields.push_back({Slot,
                          schema::inlineOf(schema::baseOf(Type, I),
                                           schema::sequenceOf(Type, I)),
                          Bytes, 0});
        continue;
      }
      Shared &=
          Slot != facts::Value::VT_CHOICES || &Type != facts::ValueTypeTable();
      Fields.push_back({Slot, {4, 4}, nullptr, reference(Type, I, Bytes)});
    }
    if (!Shared)
      return write(Fields);
    std::string Key = keyOf('T', &Type);
    for (const Field &F : Fields) {
      append(Key, &F.Offset, sizeof(F.Offset));
      append(Key, F.Bytes ? F.Bytes : static_cast<const void *>(&F.To),
             F.Size.Size);
    }
    auto [It, New] = Written.try_emplace(std::move(Key), 0);
    if (New)
      It->second = write(Fields);
    return It->second;
  }

  uoffset_t write(const std::vector<Field> &Fields) {
    const uoffset_t Start = Builder.StartTable();
    // The large ones first: no padding between them.
    for (std::size_t Alignment : {8, 4, 2, 1})
      for (const Field &F : Fields)
        if (F.Size.Alignment == Alignment)
          add(F);
    return Builder.EndTable(Start);
  }

  void add(const Field &F) {
    if (!F.Bytes) {
      Builder.AddOffset(F.Offset, flatbuffers::Offset<void>(F.To));
      return;
    }
    Builder.StartStruct(F.Size.Alignment);
    Builder.PushBytes(F.Bytes, F.Size.Size);
    Builder.AddStructOffset(F.Offset, Builder.EndStruct());
  }

  uoffset_t reference(const TypeTable &Type, unsigned I,
                      const std::uint8_t *Bytes) {
    const std::uint8_t *To = Bytes + flatbuffers::ReadScalar<uoffset_t>(Bytes);
    const TypeTable *Of = schema::sequenceOf(Type, I);
    if (Type.type_codes[I].is_repeating)
      return list(schema::baseOf(Type, I), Of, To);
    return Of ? table(*reinterpret_cast<const flatbuffers::Table *>(To), *Of)
              : string(To);
  }

  uoffset_t string(const std::uint8_t *At) {
    const auto *Text = reinterpret_cast<const flatbuffers::String *>(At);
    return Builder.CreateString(Text->c_str(), Text->size()).o;
  }

  // Lists of tables, strings or scalars; the schema has none of structs.
  uoffset_t list(ElementaryType Base, const TypeTable *Of,
                 const std::uint8_t *At) {
    const auto Count = flatbuffers::ReadScalar<uoffset_t>(At);
    At += sizeof(uoffset_t);
    if (!Of && Base != flatbuffers::ET_STRING) {
      const schema::Inline Element = schema::inlineOf(Base, nullptr);
      std::string Key = keyOf('0' + static_cast<char>(Element.Size), nullptr);
      append(Key, At, Count * Element.Size);
      auto [It, New] = Written.try_emplace(std::move(Key), 0);
      if (New) {
        Builder.StartVector(Count, Element.Size);
        Builder.PushBytes(At, Count * Element.Size);
        It->second = Builder.EndVector(Count);
      }
      return It->second;
    }
    std::vector<flatbuffers::Offset<void>> Elements(Count);
    for (uoffset_t I = 0; I < Count; ++I) {
      const std::uint8_t *Here = At + I * sizeof(uoffset_t);
      const std::uint8_t *To = Here + flatbuffers::ReadScalar<uoffset_t>(Here);
      Elements[I] =
          Of ? table(*reinterpret_cast<const flatbuffers::Table *>(To), *Of)
             : string(To);
    }
    if (!mayShare(Of))
      return Builder.CreateVector(Elements).o;
    std::string Key = keyOf('L', Of);
    append(Key, Elements.data(), Count * sizeof(Elements[0]));
    auto [It, New] = Written.try_emplace(std::move(Key), 0);
    if (New)
      It->second = Builder.CreateVector(Elements).o;
    return It->second;
  }

  flatbuffers::FlatBufferBuilder Builder{1 << 16};
  std::unordered_map<std::string, uoffset_t> Written;
};

} // namespace

std::vector<std::uint8_t> shareEqual(const std::uint8_t *Data) {
  return Copier().file(Data);
}

} // namespace gridlock

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The name by which a function reaches an object: a root (this, parameter,
// local, global ...) and the fields, dereferences and indices from there.
// Comparable, so it serves as identity of locks, descriptors and tasks within a
// function, and can be rewritten from a callee's parameters to the caller's
// places.
//
// Normal form: steps to a base class are left out, and so is a dereference of
// the captured `this`. String views point into the facts file.
#ifndef GRIDLOCK_ENGINE_ACCESSPATH_H
#define GRIDLOCK_ENGINE_ACCESSPATH_H

#include "checks/facts/FactsFile.h"

#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock {

/// Of texts that are mostly at one place if they are the same.
inline bool sameText(std::string_view A, std::string_view B) {
  return A.size() == B.size() && (A.data() == B.data() || A == B);
}
/// For the names on paths: of the length and of three parts. The lock analysis
/// hashes so many that TextHash, of all characters, costs it 1 % in all.
inline std::size_t hashName(std::string_view Name) {
  constexpr std::size_t Mix = 0x9e3779b97f4a7c15u;
  std::size_t Hash = Name.size() * Mix, Part = 0;
  if (Name.size() < sizeof Part) {
    for (char C : Name)
      Part = Part << 8 | static_cast<unsigned char>(C);
    return (Hash ^ Part) * Mix;
  }
  const std::size_t Last = Name.size() - sizeof Part;
  for (std::size_t At : {std::size_t(0), Last / 2, Last}) {
    std::memcpy(&Part, Name.data() + At, sizeof Part);
    Hash = (Hash ^ (Hash >> 32) ^ Part) * Mix;
  }
  return Hash ^ (Hash >> 32);
}

struct PathStep {
  facts::StepKind Kind;
  std::string_view Name;  // Field: member; IndexVar: the index expression
  std::string_view Owner; // Field: qualified name of its class
  std::int64_t Index = 0; // IndexConst
  auto operator<=>(const PathStep &) const = default;
  bool operator==(const PathStep &Other) const {
    return Kind == Other.Kind && Index == Other.Index &&
           sameText(Name, Other.Name) && sameText(Owner, Other.Owner);
  }
};

struct AccessPath {
  facts::PlaceRoot Root = facts::PlaceRoot::None;
  std::uint32_t Id = 0; // of parameters, locals, captures, temporaries, results
  std::string_view Global; // mangled name of globals and thread-locals
  std::vector<PathStep> Steps;

  static AccessPath of(const FactsFile &File, const facts::Place &Place);
  /// The path of a value that is a place (as it is) or an address (of that
  /// place); root None otherwise.
  static AccessPath of(const FactsFile &File, const facts::Value *Value);

  /// The result of the call that is event EVENT.
  static AccessPath ofResult(std::uint32_t Event);

  explicit operator bool() const { return Root != facts::PlaceRoot::None; }
  /// Whether this is Prefix or a part of what Prefix names.
  bool startsWith(const AccessPath &Prefix) const;
  auto operator<=>(const AccessPath &) const = default;
  bool operator==(const AccessPath &Other) const {
    return Root == Other.Root && Id == Other.Id &&
           sameText(Global, Other.Global) && Steps == Other.Steps;
  }
};

} // namespace gridlock

#endif

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
#include <string>
#include <string_view>
#include <vector>

namespace gridlock {

struct PathStep {
  facts::StepKind Kind;
  std::string_view Name;  // Field: member; IndexVar: the index expression
  std::string_view Owner; // Field: qualified name of its class
  std::int64_t Index = 0; // IndexConst
  auto operator<=>(const PathStep &) const = default;
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
};

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/ValueFlow.h"

namespace gridlock {

using facts::ValueKind;

namespace {

template <typename Map> bool intersect(Map &Mine, const Map &Other) {
  return std::erase_if(Mine, [&](const auto &Item) {
           auto It = Other.find(Item.first);
           return It == Other.end() || It->second != Item.second;
         }) != 0;
}

} // namespace

bool Marks::join(const Marks &Other) {
  bool Changed = intersect(Known, Other.Known);
  return intersect(Numbers, Other.Numbers) || Changed;
}

std::optional<std::int64_t> Marks::numberOf(const FactsFile &File,
                                            const facts::Value &Value) const {
  if (Value.kind() == ValueKind::Constant)
    return Value.integer();
  AccessPath Path = AccessPath::of(File, &Value);
  if (!Path)
    return std::nullopt;
  std::size_t Zeros = 0;
  for (auto It = Numbers.lower_bound(Path);
       It != Numbers.end() && It->first.startsWith(Path); ++It) {
    if (It->first == Path)
      return It->second;
    if (It->second != 0)
      return 1;
    ++Zeros;
  }
  // A timespec or timeval has two fields.
  return Zeros >= 2 ? std::optional<std::int64_t>(0) : std::nullopt;
}

Mark Marks::of(const FactsFile &File, const facts::Value *Value) const {
  return of(AccessPath::of(File, Value));
}

Mark Marks::of(AccessPath Path) const {
  // An element of an array has the mark of the array.
  while (Path) {
    if (auto It = Known.find(Path); It != Known.end())
      return It->second;
    if (Path.Steps.empty() || Path.Steps.back().Kind == facts::StepKind::Field)
      break;
    Path.Steps.pop_back();
  }
  return Mark::Unknown;
}

void Marks::forget(const AccessPath &Path) {
  if (!Path)
    return;
  std::erase_if(Known,
                [&](const auto &Item) { return Item.first.startsWith(Path); });
}

void Marks::forgetNumber(AccessPath Path) {
  if (!Path)
    return;
  std::erase_if(Numbers,
                [&](const auto &Item) { return Item.first.startsWith(Path); });
  // Of a structure of which a part changed nothing is known as a whole.
  while (!Path.Steps.empty()) {
    Path.Steps.pop_back();
    Numbers.erase(Path);
  }
}

} // namespace gridlock

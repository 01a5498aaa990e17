// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/DeclaredOrder.h"

#include <algorithm>
#include <set>

namespace gridlock {

namespace {

// Whether a lock is the declared one, or a part of it: `Mutex` may wrap a
// std::mutex.
bool isDeclared(const LockName &Declared, const LockName &Lock) {
  return mayBeSame(Declared, Lock) ||
         (Lock.Text.starts_with(Declared.Text) &&
          Lock.Text.substr(Declared.Text.size()).starts_with('.'));
}

} // namespace

DeclaredOrders::DeclaredOrders(const Program &P) {
  std::set<std::tuple<std::string, std::string>> Seen;
  auto Add = [&](std::uint32_t Unit, const AccessPath &Own,
                 const facts::Loc *Where, const auto *Attributes) {
    for (const facts::Attribute *A : each(Attributes)) {
      bool ByAfter = P.text(Unit, A->name()) == "acquired_after";
      if (!ByAfter && P.text(Unit, A->name()) != "acquired_before")
        continue;
      for (const facts::Value *V : each(A->args())) {
        AccessPath Other = AccessPath::of(P.unit(Unit), V);
        if (!Other || !hasName(Other))
          continue;
        const AccessPath &First = ByAfter ? Other : Own;
        const AccessPath &Second = ByAfter ? Own : Other;
        if (Seen.emplace(nameOf(First).Text, nameOf(Second).Text).second)
          Orders.push_back({First, Second, Unit, Where, ByAfter});
      }
    }
  };
  for (std::uint32_t Unit = 0; Unit < P.unitCount(); ++Unit) {
    const facts::File &Root = P.unit(Unit).root();
    for (const facts::GlobalAttributes *G : each(Root.globals())) {
      AccessPath Own;
      Own.Root = facts::PlaceRoot::Global;
      Own.Global = P.text(Unit, G->name());
      Add(Unit, Own, nullptr, G->attributes());
    }
    for (const facts::Type *T : each(Root.types()))
      for (const facts::Field *F : each(T->fields())) {
        AccessPath Own;
        Own.Root = facts::PlaceRoot::This;
        Own.Steps.push_back({facts::StepKind::Field, P.text(Unit, F->name()),
                             P.text(Unit, T->name()), 0});
        Add(Unit, Own, F->loc(), F->attributes());
      }
  }
}

std::vector<const DeclaredOrder *>
DeclaredOrders::between(const LockName &First, const LockName &Second) const {
  // Each with the one before it.
  std::vector<std::pair<const DeclaredOrder *, std::size_t>> Reached;
  constexpr std::size_t None = ~std::size_t(0);
  std::vector<bool> Used(Orders.size(), false);
  auto Extend = [&](const LockName &From, std::size_t Before, bool Exact) {
    for (std::size_t I = 0; I < Orders.size(); ++I) {
      LockName Start = first(Orders[I]);
      if (Used[I] ||
          !(Exact ? Start.Text == From.Text : isDeclared(Start, From)))
        continue;
      Used[I] = true;
      Reached.emplace_back(&Orders[I], Before);
    }
  };
  Extend(First, None, false);
  for (std::size_t Next = 0; Next < Reached.size(); ++Next) {
    LockName End = second(*Reached[Next].first);
    if (!isDeclared(End, Second)) {
      Extend(End, Next, true);
      continue;
    }
    std::vector<const DeclaredOrder *> Result;
    for (std::size_t At = Next; At != None; At = Reached[At].second)
      Result.insert(Result.begin(), Reached[At].first);
    return Result;
  }
  return {};
}

} // namespace gridlock

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockOwners.h"

#include <algorithm>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;

namespace {

class Maker {
public:
  Maker(const Program &P, const LockRepeat &R, FunctionId By)
      : P(P), R(R), Id(By), F(P.function(By)), File(P.unit(F.Unit)) {}
  bool handsToOwner();

private:
  const facts::Value *lambdaIn(const facts::Value *V) const;
  bool isOwner(const AccessPath &To, const facts::Event &E,
               const facts::Value &Lambda) const;

  const Program &P;
  const LockRepeat &R;
  FunctionId Id;
  const ProgramFunction &F;
  const FactsFile &File;
  std::map<AccessPath, const facts::Value *> Holders; // of the lambda
};

const facts::Value *Maker::lambdaIn(const facts::Value *V) const {
  if (!V)
    return nullptr;
  if (V->kind() == facts::ValueKind::Callable)
    return callableBody(P, F.Unit, V) == R.Kept ? V : nullptr;
  auto It = Holders.find(AccessPath::of(File, V));
  return It == Holders.end() ? nullptr : It->second;
}

// Whether TO is, or is part of, the object of which the lambda takes the lock.
bool Maker::isOwner(const AccessPath &To, const facts::Event &E,
                    const facts::Value &Lambda) const {
  const Bindings None;
  Substitution Here(P, Id, E, None, &Lambda, true);
  std::optional<AccessPath> Owner = Here.apply(R.Inner);
  if (!To || !Owner || !*Owner || Owner->Steps.size() < R.Lock.Steps.size())
    return false;
  Owner->Steps.resize(Owner->Steps.size() - R.Lock.Steps.size());
  return To.startsWith(*Owner) &&
         std::all_of(To.Steps.begin() +
                         static_cast<std::ptrdiff_t>(Owner->Steps.size()),
                     To.Steps.end(), [](const PathStep &S) {
                       return S.Kind == StepKind::Field;
                     });
}

bool Maker::handsToOwner() {
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      const facts::Value *Lambda = lambdaIn(E->value());
      for (const facts::Value *Arg : each(E->args()))
        if (!Lambda)
          Lambda = lambdaIn(Arg);
      if (!Lambda)
        continue;
      AccessPath To = E->kind() == EventKind::Call
                          ? AccessPath::of(File, E->receiver())
                      : E->place() ? AccessPath::of(File, *E->place())
                                   : AccessPath();
      if (isOwner(To, *E, *Lambda))
        return true;
      if (To.Root == PlaceRoot::Local || To.Root == PlaceRoot::Temporary)
        Holders.emplace(To, Lambda);
    }
  return false;
}

} // namespace

bool isKeptByOwner(const LockModel &Model, const LockRepeat &R) {
  const Program &P = Model.program();
  const ProgramFunction &Lambda = P.function(R.Kept);
  if (!hasFlag(Lambda.Fact->flags(), facts::FunctionFlag::Lambda))
    return false;
  const ProgramSymbol &Made = P.symbol(Lambda.Symbol);
  SymbolId Around = P.resolve(Made.Unit, Made.Fact->enclosing());
  FunctionId By = Around == 0 ? NoFunction : P.symbol(Around).Body;
  return By != NoFunction && Maker(P, R, By).handsToOwner();
}

} // namespace gridlock

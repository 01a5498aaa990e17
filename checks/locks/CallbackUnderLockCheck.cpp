// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/CallbackUnderLockCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <optional>

namespace gridlock {

using facts::Dispatch;

namespace {

// Types whose call is a call of whatever the user put in.
bool holdsCallable(std::string_view Operator) {
  constexpr std::string_view Call = "::operator()";
  if (!Operator.ends_with(Call))
    return false;
  Operator.remove_suffix(Call.size());
  constexpr std::string_view Types[] = {
      "::function",          "::move_only_function",
      "::copyable_function", "::function_ref",
      "::Function",          "::AnyInvocable",
      "::any_invocable",     "::signal"};
  return std::any_of(std::begin(Types), std::end(Types),
                     [&](std::string_view T) { return Operator.ends_with(T); });
}

struct Callback {
  std::string Text; // how messages call it
  Precision Confidence;
};

class Finder {
public:
  Finder(const Analysis &A, FindingSink &Sink)
      : P(A.program()), Calls(A.calls()), Model(A.locks()), Sink(Sink) {}
  void function(FunctionId F);

private:
  std::optional<Callback> callback(FunctionId F, const facts::Event &E) const;
  void report(FunctionId F, const facts::Event &E, const Callback &C,
              const AccessPath &Lock, const HeldLock &H) const;

  const Program &P;
  const CallGraph &Calls;
  LockModel &Model;
  FindingSink &Sink;
};

std::optional<Callback> Finder::callback(FunctionId Id,
                                         const facts::Event &E) const {
  const ProgramFunction &F = P.function(Id);
  std::vector<CallEdge> Targets;
  if (E.kind() != facts::EventKind::Call ||
      Calls.follow(Id, E, Targets) != Resolution::Unresolved ||
      !Targets.empty())
    return std::nullopt;
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  AccessPath Path = AccessPath::of(P.unit(F.Unit), E.receiver());
  if (E.dispatch() == Dispatch::Indirect)
    return Callback{"function pointer " +
                        (Path ? quoteLock(P, Id, Path) : std::string()),
                    Precision::Low};
  if (Path && holdsCallable(P.qualifiedName(Callee)))
    return Callback{"callback " + quoteLock(P, Id, Path), Precision::Medium};
  if (E.dispatch() == Dispatch::Virtual)
    return Callback{"virtual " + describe(P, Callee), Precision::Low};
  return std::nullopt;
}

void Finder::report(FunctionId Id, const facts::Event &E, const Callback &C,
                    const AccessPath &Lock, const HeldLock &H) const {
  const ProgramFunction &F = P.function(Id);
  std::string Name = quoteLock(P, Id, Lock);
  Finding Result;
  Result.Where = P.locate(F.Unit, E.loc());
  Result.Function = findingFunction(P, F.Symbol);
  Result.Operation = C.Text;
  Result.Message = C.Text + " is invoked in " + describe(P, F.Symbol) +
                   " while lock " + Name +
                   " is held: if it takes that lock, or waits for a thread "
                   "that does, neither goes on; instead: copy what it needs "
                   "and invoke it after the release";
  addTrace(Model, H.Chain, Name + " here", Result.Notes);
  Result.Confidence = C.Confidence;
  Sink.report(std::move(Result));
}

void Finder::function(FunctionId Id) {
  Model.watch(Id, [&](const facts::Event &E, const LockState &Before,
                      const LockState &) {
    auto Held = std::find_if(Before.Held.begin(), Before.Held.end(),
                             [](const auto &Item) { return Item.second.Must; });
    if (Held == Before.Held.end())
      return;
    if (std::optional<Callback> C = callback(Id, E))
      report(Id, E, *C, Held->first, Held->second);
  });
}

} // namespace

void CallbackUnderLockCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Program &P = A.program();
  Finder Find(A, Sink);
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (A.locks().isRelevant(F) && !P.isSystem(F))
      Find.function(F);
}

} // namespace gridlock

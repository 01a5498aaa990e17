// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/CallbackUnderLockCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/HeldLocks.h"
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
      "::any_invocable",     "::signal",
      "::packaged_task",     "::unique_function"};
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
      : P(A.program()), Calls(A.calls()), Model(A.locks()), Held(A.heldLocks()),
        Sink(Sink) {}
  void run();

private:
  std::optional<Callback> callback(FunctionId F, const facts::Event &E) const;
  std::optional<Callback> invoked(FunctionId F, const facts::Event &E) const;
  void report(FunctionId F, const facts::Event &E, const Callback &C,
              const HeldSite &Site) const;

  const Program &P;
  const CallGraph &Calls;
  LockModel &Model;
  const HeldLocks &Held;
  FindingSink &Sink;
};

// std::invoke and its like of what a member or global holds.
std::optional<Callback> Finder::invoked(FunctionId Id,
                                        const facts::Event &E) const {
  const ProgramFunction &F = P.function(Id);
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol()))) {
    if (!does(*Entry, rules::Effect::RunsCallable) ||
        Entry->where() != rules::Where::Now)
      continue;
    const facts::Value *V = argument(E, Entry->callable());
    if (!V)
      continue;
    AccessPath Path = AccessPath::of(P.unit(F.Unit), V);
    std::string Type(
        P.typeName(F.Unit, P.withoutReference(F.Unit, typeOf(*V))));
    if (!nameOf(Path).Text.empty() && holdsCallable(Type + "::operator()") &&
        bodiesIn(Calls, Id, V).empty())
      return Callback{"callback " + quoteLock(P, Id, Path), Precision::Medium};
  }
  return std::nullopt;
}

std::optional<Callback> Finder::callback(FunctionId Id,
                                         const facts::Event &E) const {
  const ProgramFunction &F = P.function(Id);
  std::vector<CallEdge> Targets;
  if (E.kind() != facts::EventKind::Call)
    return std::nullopt;
  Resolution Known = Calls.follow(Id, E, Targets);
  if (Known == Resolution::Classified)
    return invoked(Id, E);
  if (Known != Resolution::Unresolved || !Targets.empty())
    return std::nullopt;
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  AccessPath Path = AccessPath::of(P.unit(F.Unit), E.receiver());
  if (E.dispatch() == Dispatch::Indirect)
    return Callback{Path ? "function pointer " + quoteLock(P, Id, Path)
                         : std::string("a function pointer"),
                    Precision::Low};
  if (Path && holdsCallable(P.qualifiedName(Callee)))
    return Callback{"callback " + quoteLock(P, Id, Path), Precision::Medium};
  if (E.dispatch() == Dispatch::Virtual)
    return Callback{"virtual function " + describe(P, Callee), Precision::Low};
  return std::nullopt;
}

void Finder::report(FunctionId Id, const facts::Event &E, const Callback &C,
                    const HeldSite &Site) const {
  const ProgramFunction &F = P.function(Id);
  const HeldLockAt &Lock = Site.Locks.front();
  Finding Result;
  Result.Where = P.locate(F.Unit, E.loc());
  Result.Function = findingFunction(P, F.Symbol);
  Result.Operation = C.Text;
  Result.Message = C.Text + " is invoked in " + describe(P, F.Symbol) +
                   " while " + describeLock(P, Site.Function, Lock.Lock) +
                   " is held: if it takes that lock, or waits for a thread "
                   "that does, neither goes on; instead: copy what it needs "
                   "and invoke it after the release";
  addTrace(Model, Lock.Held.Chain,
           quoteLock(P, Site.Function, Lock.Lock) + " here", Result.Notes);
  Result.Confidence = C.Confidence;
  if (Site.Site != &E) {
    Trace Calls = traceAlong(P, Held.pathTo(Id), Id, E, C.Text);
    Result.Notes.insert(Result.Notes.end(), Calls.Notes.begin(),
                        Calls.Notes.end());
    Result.Confidence =
        std::min(Result.Confidence, precisionOf(Held.shapeOf(Id)));
  }
  Sink.report(std::move(Result));
}

// One finding for an operation: with the lock that its own function holds, or
// else one of a caller.
void Finder::run() {
  for (FunctionId F : Held.functions()) {
    if (P.isSystem(F))
      continue;
    for (const CallEvent &Call : P.callEvents(F)) {
      const facts::Event &E = *Call.Event;
      const HeldSite *Site = Model.hasState(F) ? Held.at(E) : nullptr;
      if (!Site && Held.isInside(F) && !Model.isEntered(F))
        Site = &Held.siteOf(F);
      if (!Site || Site->Locks.empty())
        continue;
      if (std::optional<Callback> C = callback(F, E))
        report(F, E, *C, *Site);
    }
  }
}

} // namespace

void CallbackUnderLockCheck::run(const Analysis &A, FindingSink &Sink) const {
  Finder(A, Sink).run();
}

} // namespace gridlock

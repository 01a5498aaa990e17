// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Phases, second part: what is called from outside, and what waits for threads.
#include "checks/engine/Classify.h"
#include "checks/engine/QualifiedNames.h"
#include "checks/threads/Phases.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::ValueKind;

namespace {

// Whether C waits, without giving up, for the end of what std::async has
// started, by a future that is a member of the object.
bool endsAsync(const Program &P, FunctionId F, const CallEvent &C,
               const ThreadStarts &Started) {
  const std::string_view Name = lastComponent(P.qualifiedName(C.Callee));
  const facts::Value *Future = C.Event->receiver();
  if ((Name != "get" && Name != "wait") || !Future || !Future->place() ||
      Future->place()->root() != facts::PlaceRoot::This)
    return false;
  const auto Over = Started.waitedFor(F, *C.Event);
  return !Over.empty() &&
         std::all_of(Over.begin(), Over.end(), [&](const ThreadStart *T) {
           return P.qualifiedName(P.resolve(P.function(T->Starter).Unit,
                                            T->Site->symbol())) == "std::async";
         });
}

} // namespace

void Phases::findEntered() {
  Entered.assign(P.functions().size(), true);
  for (const SharedCall &C : Scan.calls())
    Entered[C.Callee] = false;
  // What the calls of one function run, by event.
  std::vector<std::pair<const facts::Event *, FunctionId>> TargetsAt;
  FunctionId TargetsOf = NoFunction;
  auto Hand = [&](FunctionId F, const facts::Event &E, const facts::Value *V) {
    const FunctionId Body = callableBody(P, P.function(F).Unit, V);
    if (Body == NoFunction)
      return;
    if (TargetsOf != F) {
      TargetsOf = F;
      TargetsAt.clear();
      for (const SharedCall &C : Scan.callsOf(F))
        TargetsAt.emplace_back(C.Site, C.Callee);
      std::sort(TargetsAt.begin(), TargetsAt.end());
    }
    // Run by the very call that it is handed to, or made a std::function for
    // a call that runs it.
    const bool IsForCall =
        E.kind() == facts::EventKind::Construct && E.place() &&
        E.place()->root() == facts::PlaceRoot::Temporary &&
        std::any_of(TargetsAt.begin(), TargetsAt.end(), [&](const auto &T) {
          auto Args = each(T.first->args());
          return T.second == Body &&
                 std::any_of(Args.begin(), Args.end(), [&](const auto *Arg) {
                   return Arg->kind() == ValueKind::Callable &&
                          Arg->symbol() == V->symbol();
                 });
        });
    if (!IsForCall && !std::binary_search(TargetsAt.begin(), TargetsAt.end(),
                                          std::pair(&E, Body))) {
      Entered[Body] = true;
      Handed.push_back({Body, F, &E});
    }
  };
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    for (const CallEvent &C : P.callEvents(F))
      if (C.Callee != 0 && P.symbol(C.Callee).Body == NoFunction)
        for (const facts::Value *Arg : each(C.Event->args()))
          Hand(F, *C.Event, Arg);
}

void Phases::findJoins(const ThreadStarts &Started) {
  Joins.assign(P.symbolCount(), false);
  for (SymbolId S = 1; S < Joins.size(); ++S) {
    std::string_view Name = P.qualifiedName(S);
    auto Entries = P.entries(S);
    // Of waits, those for the end of threads (uv_thread_join,
    // thread_pool::join) that do not give up.
    bool IsJoin = (Name.ends_with("join") &&
                   Name.find("timed") == std::string_view::npos) ||
                  Name.ends_with("Thread::wait");
    Joins[S] =
        Name.ends_with("::join_all") ||
        (IsJoin &&
         std::any_of(Entries.begin(), Entries.end(), [](const rules::Entry *E) {
           return does(*E, rules::Effect::Blocks) &&
                  E->category() == rules::Category::Wait;
         }));
  }
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (Started.hasWaits(F))
      for (const CallEvent &C : P.callEvents(F))
        if (endsAsync(P, F, C, Started))
          EndsAsync.insert(C.Event);
}

bool Phases::joins(FunctionId F, const facts::Event &E) const {
  return E.kind() == EventKind::Call &&
         (Joins[P.resolve(P.function(F).Unit, E.symbol())] ||
          EndsAsync.contains(&E));
}

// The same for a call that need not be read for it.
bool Phases::joins(const CallEvent &C) const {
  return !C.is(CallEvent::Constructs) &&
         (Joins[C.Callee] || EndsAsync.contains(C.Event));
}

} // namespace gridlock

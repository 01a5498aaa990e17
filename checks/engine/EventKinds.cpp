// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/EventKinds.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::ValueKind;

namespace {

// The names of constants among the arguments of a call.
std::vector<std::string_view> namedConstants(const FactsFile &File,
                                             const facts::Event &E) {
  std::vector<std::string_view> Names;
  for (const facts::Value *Arg : each(E.args()))
    if (Arg && Arg->kind() == ValueKind::Constant)
      if (auto Flags = each(Arg->flags()); Flags.size() == 1)
        Names.push_back(File.string(Flags[0]));
  return Names;
}

} // namespace

EventKinds::EventKinds(const Program &P) : P(P) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (P.has(F, Has::Callable))
      scan(F);
}

// V is a callback, or is made of such, beside the constants FOR.
void EventKinds::add(FunctionId F, const facts::Value *V,
                     const std::vector<std::string_view> &For) {
  if (!V)
    return;
  for (const facts::Value *Choice : each(V->choices()))
    add(F, Choice, {});
  for (const facts::CapturedValue *Captured : each(V->captures()))
    add(F, Captured->value(), {});
  const FunctionId Body = callableBody(P, P.function(F).Unit, V);
  if (Body == NoFunction)
    return;
  Registered &Of = Callbacks[Body];
  Of.For.insert(Of.For.end(), For.begin(), For.end());
  Of.ForAny |= For.empty();
}

void EventKinds::scan(FunctionId F) {
  const ProgramFunction &Fn = P.function(F);
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      const bool IsCall = E->kind() == EventKind::Call;
      const auto For = IsCall ? namedConstants(P.unit(Fn.Unit), *E)
                              : std::vector<std::string_view>();
      for (const facts::Value *Arg : each(E->args()))
        add(F, Arg, For);
      add(F, E->value(), {});
    }
}

void EventKinds::keepMeant(FunctionId F, const facts::Event &E,
                           std::size_t First,
                           std::vector<CallEdge> &Targets) const {
  if (Targets.size() - First < 2)
    return;
  const auto Meant = namedConstants(P.unit(P.function(F).Unit), E);
  auto IsFor = [&](const CallEdge &Edge) {
    auto It = Callbacks.find(Edge.Target);
    return It != Callbacks.end() &&
           std::find_first_of(It->second.For.begin(), It->second.For.end(),
                              Meant.begin(),
                              Meant.end()) != It->second.For.end();
  };
  const auto Begin = Targets.begin() + static_cast<std::ptrdiff_t>(First);
  if (Meant.empty() || std::none_of(Begin, Targets.end(), IsFor))
    return;
  Targets.erase(std::remove_if(Begin, Targets.end(),
                               [&](const CallEdge &Edge) {
                                 auto It = Callbacks.find(Edge.Target);
                                 return It != Callbacks.end() &&
                                        !It->second.ForAny && !IsFor(Edge);
                               }),
                Targets.end());
}

} // namespace gridlock

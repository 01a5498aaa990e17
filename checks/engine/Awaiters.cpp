// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Awaiters.h"

#include "checks/engine/QualifiedNames.h"

namespace gridlock {

using facts::EventKind;

namespace {

// The body of another method of the class that F is a method of.
FunctionId sibling(const Program &P, FunctionId F, std::string_view Name) {
  const ProgramSymbol &Own = P.symbol(P.function(F).Symbol);
  const facts::Type *Class = P.type(Own.Unit, Own.Fact->record());
  for (std::uint32_t Method : each(Class->methods())) {
    SymbolId S = P.resolve(Own.Unit, Method);
    if (lastComponent(P.qualifiedName(S)) == Name &&
        P.symbol(S).Body != NoFunction)
      return P.symbol(S).Body;
  }
  return NoFunction;
}

// Whether F returns nothing but this truth value.
bool alwaysReturns(const Program &P, FunctionId F, bool Truth) {
  bool Returns = false;
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() != EventKind::Return)
        continue;
      const facts::Value *V = E->value();
      if (!V || V->kind() != facts::ValueKind::Constant ||
          (V->integer() != 0) != Truth)
        return false;
      Returns = true;
    }
  return Returns;
}

} // namespace

bool isResumedWhenDone(const Program &P, FunctionId F) {
  const ProgramFunction &Fn = P.function(F);
  if (lastComponent(P.qualifiedName(Fn.Symbol)) != "await_resume" ||
      P.symbol(Fn.Symbol).Fact->record() == 0)
    return false;
  FunctionId Ready = sibling(P, F, "await_ready"),
             Suspend = sibling(P, F, "await_suspend");
  if (Ready == NoFunction || Suspend == NoFunction ||
      alwaysReturns(P, Ready, true) || alwaysReturns(P, Suspend, false))
    return false;
  for (const CallEvent &C : P.callEvents(Suspend)) {
    std::string_view Name = P.qualifiedName(C.Callee);
    if (Name == "std::coroutine_handle::resume" ||
        Name == "std::coroutine_handle::operator()")
      return false;
  }
  return true;
}

} // namespace gridlock

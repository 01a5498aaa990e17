// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Executors.h"

#include <algorithm>

namespace gridlock {

using rules::ConditionKind;

namespace {

constexpr int MaxNesting = 4; // strand<strand<...>>

/// One argument of a call that its sink's conditions ask for the type of.
class ExecutorArgument {
public:
  ExecutorArgument(const Program &P, std::uint32_t Unit,
                   const rules::Entry &Sink, int Arg)
      : P(P), Unit(Unit), Sink(Sink), Arg(Arg) {}

  Verdict judge(std::uint32_t Type, int Nesting = 0) const {
    Type = P.withoutReference(Unit, Type);
    for (const rules::Condition *C : each(Sink.unless()))
      if (C->kind() == ConditionKind::ArgumentType && C->arg() == Arg &&
          P.isOrDerivesFrom(Unit, Type, C->name()->string_view()))
        return Verdict::No;
    if (P.isOfLoop(P.typeName(Unit, Type)))
      return Verdict::Yes;
    Verdict Inner = Verdict::Maybe;
    if (Nesting < MaxNesting)
      for (std::uint32_t Of : each(P.type(Unit, Type)->args()))
        if (Verdict V = judge(Of, Nesting + 1); V != Verdict::Maybe)
          Inner = V;
    return Inner;
  }

private:
  const Program &P;
  std::uint32_t Unit;
  const rules::Entry &Sink;
  int Arg;
};

} // namespace

Verdict runsOnLoop(const Program &P, FunctionId F, const facts::Event &E,
                   const Applied &Sink) {
  Verdict Result = Sink.Holds;
  for (const rules::Condition *C : each(Sink.Entry->unless())) {
    if (C->kind() != ConditionKind::ArgumentType)
      continue;
    if (const facts::Value *V = argument(E, C->arg()))
      Result = std::min(
          Result, ExecutorArgument(P, P.function(F).Unit, *Sink.Entry, C->arg())
                      .judge(typeOf(*V)));
  }
  return Result;
}

} // namespace gridlock

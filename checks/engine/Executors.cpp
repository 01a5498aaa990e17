// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Executors.h"

#include <algorithm>

namespace gridlock {

using rules::ConditionKind;

namespace {

Verdict judge(const CallableFlow &Flow, FunctionId F, const facts::Value &V) {
  std::uint8_t Seen = Flow.executors(F, V);
  return Seen == CallableTypes::LoopExecutor   ? Verdict::Yes
         : Seen == CallableTypes::PoolExecutor ? Verdict::No
                                               : Verdict::Maybe;
}

} // namespace

bool isExecutorBinder(std::string_view Class) {
  return Class.ends_with("asio::executor_binder");
}

bool isAwaitableToken(std::string_view Class) {
  return Class.ends_with("asio::use_awaitable_t");
}

bool runsOnPool(const CallableFlow &Flow, FunctionId F, const facts::Event &E) {
  const facts::Value *First = argument(E, 0);
  return First && judge(Flow, F, *First) == Verdict::No;
}

Verdict runsOnLoop(const Program &P, const CallableFlow &Flow, FunctionId F,
                   const facts::Event &E, const Applied &Sink) {
  if (Sink.Entry->callable() != 0 && runsOnPool(Flow, F, E))
    return Verdict::No;
  Verdict Result = Sink.Holds;
  for (const rules::Condition *C : each(Sink.Entry->unless())) {
    if (C->kind() != ConditionKind::ArgumentType ||
        !P.isPool(C->name()->string_view()))
      continue;
    if (const facts::Value *V = argument(E, C->arg()))
      Result = std::min(Result, judge(Flow, F, *V));
  }
  return Result;
}

} // namespace gridlock

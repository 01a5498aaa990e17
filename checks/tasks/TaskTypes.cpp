// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tasks/TaskTypes.h"

namespace gridlock {

using facts::PromiseStart;
using facts::TypeFlag;

std::optional<TaskType> taskType(const Program &P, std::uint32_t Unit,
                                 std::uint32_t Type) {
  const facts::Type *T = P.type(Unit, Type);
  std::string_view Name = P.typeName(Unit, Type);
  if (Type == 0 || T->kind() == facts::TypeKind::LvalueReference ||
      T->kind() == facts::TypeKind::RvalueReference ||
      T->kind() == facts::TypeKind::Pointer || Name == "std::future" ||
      Name == "std::shared_future")
    return std::nullopt;
  const facts::Promise *Promise = T->promise();
  if (Promise && Promise->is_generator())
    return std::nullopt;
  std::optional<TaskType> Result;
  if (Promise) {
    bool CanBeAwaited = hasFlag(T->flags(), TypeFlag::Awaitable) ||
                        hasFlag(T->flags(), TypeFlag::OperatorCoAwait);
    if (CanBeAwaited || Promise->start() == PromiseStart::Lazy)
      Result = TaskType{Promise->start()};
  }
  for (const rules::Entry *E : P.typeEntries(Unit, Type)) {
    if (E->kind() != rules::EntryKind::Task)
      continue;
    if (!Result)
      Result = TaskType{PromiseStart::Unknown};
    if (E->task_start() != rules::TaskStart::FromPromise)
      Result->Start = E->task_start() == rules::TaskStart::Lazy
                          ? PromiseStart::Lazy
                          : PromiseStart::Eager;
  }
  return Result;
}

} // namespace gridlock

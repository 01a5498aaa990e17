// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which types are tasks: values that stand for work and must be consumed.
#ifndef GRIDLOCK_TASKS_TASKTYPES_H
#define GRIDLOCK_TASKS_TASKTYPES_H

#include "checks/engine/Program.h"

#include <optional>

namespace gridlock {

struct TaskType {
  facts::PromiseStart
      Start; // Lazy: dropped, it never runs; Eager: it runs detached
};

/// Set for types whose promise is that of a task, or that the catalogue lists
/// as tasks; not for generators, references, `std::future` (whose destructor
/// may wait) and eager coroutine types that can't be awaited (made to be
/// dropped).
std::optional<TaskType> taskType(const Program &P, std::uint32_t Unit,
                                 std::uint32_t Type);

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of the tasks that one function keeps in locals: a flow-sensitive
// typestate. A task is consumed when it is awaited, returned, moved, copied,
// handed on, captured, or when a method of it is called. Paths that end in an
// exception or in a function that does not return don't count.
#ifndef GRIDLOCK_TASKS_TASKFLOW_H
#define GRIDLOCK_TASKS_TASKFLOW_H

#include "checks/tasks/TaskTypes.h"

#include <vector>

namespace gridlock {

struct LostTask {
  const facts::Event *Created; // the call that made it
  TaskType Type;
  std::uint32_t Local;
  bool OnEveryPath;      // else it is consumed on some
  unsigned Consumptions; // places that consume it
};

std::vector<LostTask> findLostTasks(const Program &P, FunctionId F);

} // namespace gridlock

#endif

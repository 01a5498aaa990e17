// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of the tasks that one function makes. For those in locals and in
// containers that are locals a flow-sensitive typestate: a task is consumed
// when it is awaited, returned, moved, copied, handed on, captured, or when a
// method of it is called; a task in a container when anything but adding to it
// happens to the container. Paths that end in an exception or in a function
// that does not return don't count.
#ifndef GRIDLOCK_TASKS_TASKFLOW_H
#define GRIDLOCK_TASKS_TASKFLOW_H

#include "checks/tasks/TaskTypes.h"

#include <vector>

namespace gridlock {

enum class TaskPlace : std::uint8_t {
  Local,
  Overwritten, // a local that gets another task before
  Container    // added to a local
};

struct LostTask {
  const facts::Event *Created; // the call that made it
  TaskType Type;
  TaskPlace Where;
  std::uint32_t Local;
  bool OnEveryPath;      // else it is consumed on some
  unsigned Consumptions; // places that consume it
};
std::vector<LostTask> findLostTasks(const Program &P, FunctionId F);

/// Calls whose result nothing but its end refers to, though it is not thrown
/// away at once: only a reference keeps it.
std::vector<const facts::Event *> findUnusedTasks(const Program &P,
                                                  FunctionId F);

} // namespace gridlock

#endif

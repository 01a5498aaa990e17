// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that are stored in members of task type which nothing in the program
// reads, moves or destroys by hand.
#ifndef GRIDLOCK_TASKS_KEPTTASKS_H
#define GRIDLOCK_TASKS_KEPTTASKS_H

#include "checks/tasks/TaskTypes.h"

#include <string>
#include <vector>

namespace gridlock {

struct KeptTask {
  FunctionId Function;
  const facts::Event *Created; // the call that made it
  std::string Member;          // "Session::reader_"
};

/// In the order of functions. Cost: two passes over the events of the program
/// if something is stored so, else one.
std::vector<KeptTask> findKeptTasks(const Program &P);

} // namespace gridlock

#endif

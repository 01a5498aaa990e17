// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-unawaited-task, see unawaited-task.md.
#ifndef GRIDLOCK_TASKS_UNAWAITEDTASKCHECK_H
#define GRIDLOCK_TASKS_UNAWAITEDTASKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds tasks that are made and then dropped: thrown away at once, or kept in
/// a local that is not awaited, returned or handed on, on any path or on some.
class UnawaitedTaskCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif

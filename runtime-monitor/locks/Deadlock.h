// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Deadlocks that have happened: threads that wait for each other in a circle,
// for mutexes, rwlocks, spin locks, the end of a thread, a pthread_once or the
// initialisation of a static variable. A thread waits for all that hold what it
// wants, so every circle is one. Waits that give up by themselves are none.
#ifndef GRIDLOCK_MONITOR_LOCKS_DEADLOCK_H
#define GRIDLOCK_MONITOR_LOCKS_DEADLOCK_H

#include "runtime-monitor/capture/Capture.h"

#include <cstdint>

namespace gridlock::monitor {

/// For the watchdog alone. Writes the deadlocks that were already there at the
/// last look and in which no thread has moved since; true if there are others,
/// to be looked at again. Buffer: for stacks. About 1 us for each thread that
/// waits.
bool findDeadlocks(StallCapture &Buffer, uint64_t Now) noexcept;

} // namespace gridlock::monitor

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits for a sign that only one thread can give: on a latch, semaphore,
// barrier or the future of a promise that is a local of the function and is
// known to nobody but a thread that the function starts. What this thread does
// on each way to the sign has to be done before the wait ends.
//
// Threads: const use is safe. Cost: linear in the events of functions that
// start threads.
#ifndef GRIDLOCK_LOCKS_SIGNALWAITS_H
#define GRIDLOCK_LOCKS_SIGNALWAITS_H

#include "checks/locks/ThreadStarts.h"

namespace gridlock {

struct SignalWait {
  const facts::Event *Wait;
  const ThreadStart *Thread;
  std::vector<const facts::Event *> Signs; // of the thread's function
};

/// Those of function F, which starts THREADS.
std::vector<SignalWait>
findSignalWaits(const Program &P, FunctionId F,
                const std::vector<const ThreadStart *> &Threads);

/// Whether the thread gives no sign before it has come by its event SITE.
bool comesFirst(const Program &P, const SignalWait &W,
                const facts::Event *Site);

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// USDT probes of provider "gridlock", for perf, bpftrace and SystemTap: a nop
// each until something attaches. Times in ns. Built where sys/sdt.h is there.
//   stall(thread, elapsed, operation)   first report of each stall
//   stall_end(thread, duration)
//   block(thread, duration, operation)  a blocking call on a loop thread
//   contention(lock, waited, operation) after a wait
//   sleep(object, waited, operation)    after a wait that another thread ended
//   order(lock, held, operation)        a lock is wanted with others held
//   deadlock(thread, lock, threads)     for each of its threads
//   unawaited(name), suspension(name, lock)  coroutines
#ifndef GRIDLOCK_MONITOR_CORE_PROBES_H
#define GRIDLOCK_MONITOR_CORE_PROBES_H

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define GRIDLOCK_PROBE1(NAME, A) DTRACE_PROBE1(gridlock, NAME, A)
#define GRIDLOCK_PROBE2(NAME, A, B) DTRACE_PROBE2(gridlock, NAME, A, B)
#define GRIDLOCK_PROBE3(NAME, A, B, C) DTRACE_PROBE3(gridlock, NAME, A, B, C)
#else
#define GRIDLOCK_PROBE1(NAME, A) static_cast<void>(A)
#define GRIDLOCK_PROBE2(NAME, A, B) (static_cast<void>(A), static_cast<void>(B))
#define GRIDLOCK_PROBE3(NAME, A, B, C)                                         \
  (static_cast<void>(A), static_cast<void>(B), static_cast<void>(C))
#endif

#endif

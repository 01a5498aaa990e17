// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program's descriptors, seen from the watchdog's thread. While only one
// thread uses a table of descriptors, the kernel counts no references in its
// system calls; a watchdog that shared it would make each of them some 30 ns
// dearer (nginx has six in a request). So in a program with one thread the
// watchdog has a table of its own and copies what it needs.
#ifndef GRIDLOCK_MONITOR_CORE_DESCRIPTORS_H
#define GRIDLOCK_MONITOR_CORE_DESCRIPTORS_H

#include "runtime-monitor/core/Syscalls.h"

#include <atomic>

struct stat;

namespace gridlock::monitor {

class Descriptors {
public:
  /// On the watchdog's thread: leaves the program's table if the main thread is
  /// the only other one and the kernel lets us copy from it.
  static void separate() noexcept;
  /// Whether the calling thread has a table of its own.
  static bool separated() noexcept {
    const int Thread = Owner.load(std::memory_order_relaxed);
    return Thread != 0 && Thread == sys::threadId();
  }
  /// Whether the watchdog has one.
  static bool any() noexcept {
    return Owner.load(std::memory_order_relaxed) != 0;
  }
  static void forget() noexcept { Owner.store(0); } // in a forked child

  /// A copy for the calling, separated, thread; negative: an error.
  static long copy(int Fd) noexcept;
  /// Of the program's descriptor Fd; negative: an error.
  static long status(int Fd, struct stat &To) noexcept;

private:
  static std::atomic<int> Owner; // the thread with its own table, or 0
  static int Main;               // pidfd in that table
};

/// The program's descriptor for use in system calls. Not for files: closing a
/// copy may have effects of its own.
class ProgramDescriptor {
public:
  explicit ProgramDescriptor(int Fd) noexcept
      : Copied(Descriptors::separated()),
        Fd(Copied ? static_cast<int>(Descriptors::copy(Fd)) : Fd) {}
  ~ProgramDescriptor() {
    if (Copied && Fd >= 0)
      sys::close(Fd);
  }
  ProgramDescriptor(const ProgramDescriptor &) = delete;
  operator int() const noexcept { return Fd; }

private:
  const bool Copied;
  const int Fd;
};

/// How many threads the process has, an ended main thread included; 0: unknown.
unsigned threadCount() noexcept;

} // namespace gridlock::monitor

#endif

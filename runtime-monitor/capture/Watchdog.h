// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The watchdog: one thread that sleeps until the nearest moment at which a busy
// loop would be stalled, takes the stack of each that is, and writes what has
// grown since its last snapshot. It sleeps for ever while nothing happens.
#ifndef GRIDLOCK_MONITOR_CAPTURE_WATCHDOG_H
#define GRIDLOCK_MONITOR_CAPTURE_WATCHDOG_H

#include <atomic>
#include <cstdint>

namespace gridlock::monitor {

struct Thread;

class Watchdog {
public:
  /// Starts the thread once. Allocates (pthread_create), so not from inside a
  /// lock.
  static void start() noexcept;

  /// A loop got busy at Now. Cheap while the watchdog wakes early enough by
  /// itself.
  static void busy(uint64_t Now) noexcept {
    if (__builtin_expect(Now + Threshold.load(std::memory_order_relaxed) <
                             Wakes.load(std::memory_order_relaxed),
                         0))
      wake();
  }
  static void wake() noexcept;
  /// There is a loop that is stalled after Ns.
  static void mayStallAfter(uint64_t Ns) noexcept;

  /// A thread begins to wait for what another one has to give back: the
  /// watchdog looks soon whether they wait for each other.
  static void waitBegins(uint64_t Now) noexcept;

  /// To be called on the main thread: it ends by pthread_exit. When the others
  /// have ended as well, so does this one: the last thread's end is the
  /// program's.
  static void mainEnds() noexcept;

  /// Writes the ends of stalls that are over.
  static void writeEnds() noexcept;
  static void writeEnd(Thread &T) noexcept;

  /// Asks for a snapshot, and for a Live record after it. For signal handlers.
  static void ask() noexcept;
  static bool isThread(uint32_t Tid) noexcept {
    return Id.load(std::memory_order_relaxed) == Tid;
  }

  static void forget() noexcept; // in a forked child

private:
  static void *run(void *) noexcept;
  static uint64_t check(uint64_t Now) noexcept;
  static uint64_t checkDeadlocks(uint64_t Now) noexcept;
  static bool isLast() noexcept;
  static void *keepDescriptors(void *) noexcept;
  static bool startThread(void *(*Run)(void *)) noexcept;
  static void answer(uint64_t Now) noexcept;

  static std::atomic<uint64_t> Wakes; // when it wakes by itself; 0: no thread
  static std::atomic<uint64_t> Threshold; // the least, plus a little slack
  static std::atomic<uint32_t> Bell;      // futex word
  static std::atomic<bool> NewWaits;      // since it looked for deadlocks
  static std::atomic<bool> MainEnded;
  static std::atomic<uint32_t>
      Keeper;                      // 1: there is a thread of keepDescriptors
  static std::atomic<bool> Asked;  // for a snapshot
  static std::atomic<uint32_t> Id; // of its thread
};

} // namespace gridlock::monitor

#endif

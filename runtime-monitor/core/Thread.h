// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the monitor knows about one thread. Written by the thread itself with
// plain stores, read by the watchdog at any time; kept for reuse when the
// thread is gone, so that reading it is always safe.
#ifndef GRIDLOCK_MONITOR_CORE_THREAD_H
#define GRIDLOCK_MONITOR_CORE_THREAD_H

#include "runtime-monitor/include/gridlock/monitor.h"

#include <atomic>
#include <cstdint>
#include <pthread.h>

struct gridlock_coroutine;

namespace gridlock::monitor {

struct Loop;

/// A place where this thread waits for events: a candidate for an event loop.
struct WaitSite {
  uint64_t Address = 0; // return address of the wait call
  uint32_t Rounds = 0;  // times reached since Epoch
  uint32_t Epoch = 0;
  Loop *Found = nullptr;
};

/// How a lock is taken: bits of its site, above all addresses.
struct Taking {
  static constexpr uint64_t Shared = uint64_t{1} << 63;
  static constexpr uint64_t Mutex = 0, Write = uint64_t{1} << 62,
                            Other = uint64_t{1} << 61;
  static constexpr uint64_t Timed = uint64_t{1} << 60; // gives up
  static constexpr uint64_t All = Shared | Write | Other | Timed;
};

struct HeldLock {
  const void *Lock;
  uint64_t Site; // return address of the acquisition, with Taking's bits
};

struct Thread {
  static constexpr unsigned MaxSites = 4, MaxHeld = 48, MaxRecent = 16;

  // Innermost interposed call the thread is in, and how many it has made.
  std::atomic<gridlock_call *> Call{nullptr};
  std::atomic<uint64_t> Calls{0};

  // The event loop it runs, and since when it is busy with events (0: it
  // waits).
  std::atomic<Loop *> Current{nullptr};
  std::atomic<uint64_t> BusySince{0};
  uint64_t WaitSince = 0;
  uint64_t LoopFrame = 0; // stack pointer at Current's wait
  uint32_t Epoch = 0;     // iterations of Current
  WaitSite Sites[MaxSites];
  char LoopName[32] = {};

  // The stall the watchdog has reported, and its end.
  std::atomic<uint64_t> ReportedTick{0}; // BusySince then
  std::atomic<uint64_t> StallDuration{0};
  uint64_t NextReport = 0; // the watchdog's: elapsed time that is reported next
  uint64_t AskedTick = 0, AskedAt = 0; // of which it was asked for the stack
  uint32_t StallId = 0, Repeats = 0;

  // Waits that looked like, and were reported as, part of a deadlock: Calls
  // then. The watchdog's (locks/Deadlock.h).
  uint64_t SuspectCall = 0, DeadlockedCall = 0;

  uint32_t HeldCount = 0; // may exceed MaxHeld: then only the first are known
  HeldLock Held[MaxHeld];

  // The observed coroutine it runs; the one that has just been suspended, and
  // the one it handed over to (coroutines/Coroutines.h).
  std::atomic<gridlock_coroutine *> Running{nullptr};
  gridlock_coroutine *Awaiting = nullptr;
  const void *Target = nullptr;

  // Orders in which it has taken locks lately (locks/Order.h).
  struct RecentOrder {
    uint64_t Key;
    std::atomic<uint64_t> *Last;
  };
  RecentOrder Recent[MaxRecent] = {};
  uint64_t Start = 0; // when the monitor first saw it
  pthread_t Handle = 0;
  bool HasOrders = false;

  std::atomic<uint32_t> Signals{
      0};                       // of the watchdog, that interrupted the thread
  std::atomic<uint32_t> Tid{0}; // 0: free
  bool Inside = false;          // in the monitor's own slow path
  Thread *Next = nullptr;       // in the list of all, which only grows
  Thread *NextFree = nullptr;

  bool holds(const void *Lock) const noexcept {
    for (uint32_t I = 0; I < HeldCount && I < MaxHeld; ++I)
      if (Held[I].Lock == Lock)
        return true;
    return false;
  }
  void acquired(const void *Lock, uint64_t Site) noexcept {
    uint32_t N = HeldCount++;
    if (__builtin_expect(N < MaxHeld, 1))
      Held[N] = {Lock, Site};
  }
  bool holdsOnTop(const void *Lock) const noexcept {
    // One comparison for both ends: 0 - 1 is large.
    return HeldCount - 1 < MaxHeld && Held[HeldCount - 1].Lock == Lock;
  }
  void released(const void *Lock) noexcept {
    if (holdsOnTop(Lock))
      --HeldCount;
    else
      releasedOutOfOrder(Lock);
  }
  [[gnu::cold]] void releasedOutOfOrder(const void *Lock) noexcept;
};

/// True between initialisation and the end of the program.
extern std::atomic<bool> Ready;
extern std::atomic<Thread *> AllThreads;

extern __thread Thread *Self __attribute__((tls_model("initial-exec")));
[[gnu::cold]] Thread *
attachThread() noexcept; // null while not ready and on threads that end

/// This thread's state, or null: then pass the call through.
inline Thread *currentThread() noexcept {
  Thread *T = Self;
  return __builtin_expect(T != nullptr, 1) ? T : attachThread();
}

/// Makes the key whose destructor frees the state at a thread's end.
void startThreads() noexcept;
/// Marks the calling thread as one of the monitor's own.
void hideThread() noexcept;
/// In a forked child: only the calling thread is left.
void forgetOtherThreads() noexcept;

/// Marks that the thread is in the monitor, for signal handlers that come in
/// between.
class InsideMonitor {
public:
  explicit InsideMonitor(Thread &T) noexcept : T(T) { T.Inside = true; }
  ~InsideMonitor() { T.Inside = false; }
  InsideMonitor(const InsideMonitor &) = delete;

private:
  Thread &T;
};

} // namespace gridlock::monitor

#endif

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
struct LockedCall;
struct HoldSite;

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

/// What the release of a held lock has to tell (locks/Holds.h).
struct HeldDetail {
  HoldSite *Timed; // null: not timed
  uint64_t Start, Weight;
  // Calls that may block, made while the lock was held: the longest, and all.
  const char *Operation; // null: none
  const void *Object;
  uint64_t Site, Longest, Blocked;
  LockedCall *Long; // the last one of block_ms or more, or null
};

struct Thread {
  static constexpr unsigned MaxSites = 4, MaxHeld = 48, MaxRecent = 16,
                            MaxDetails = 8, MaxPlaces = 8;

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
  uint64_t LoopThreshold = 0; // ns, that the program asks for

  // The stall the watchdog has reported, and its end.
  std::atomic<uint64_t> ReportedTick{0}; // BusySince then
  std::atomic<uint64_t> StallDuration{0};
  // Of it, as in StallEndRecord:
  uint64_t StallBlocked = 0, StallCounted = 0, StallOnCpu = 0;
  uint64_t StallCallbacks = 0, StallLongest = 0;
  bool StallLeft = false;
  uint64_t NextReport = 0; // the watchdog's: elapsed time that is reported next
  uint64_t AskedTick = 0, AskedAt = 0; // of which it was asked for the stack
  uint32_t StallId = 0, StallTid = 0, Repeats = 0;

  // Waits that looked like, and were reported as, part of a deadlock: Calls
  // then. The watchdog's (locks/Deadlock.h).
  uint64_t SuspectCall = 0, DeadlockedCall = 0;

  // What the fast path of a lock tests, in one word: how many locks are held
  // (the lowest 6 bits; no more than MaxHeld, the others are only counted);
  // whether locks may be taken by functions of a C++ library (core/Place.h);
  // whether the release of one has to look at Details; how many were taken
  // since the last one whose hold was timed, so that TimeNext gets set when the
  // next one is to be.
  static constexpr uint32_t HeldBits = 0x3f, InLibrary = 0x40,
                            LookCloser = 0x80, OneMore = 0x101,
                            TimeNext = uint32_t{1} << 31;
  alignas(32) uint32_t Holding = TimeNext; // in one cache line with Held[0]
  uint32_t Beyond = 0;                     // held, but not known which
  HeldLock Held[MaxHeld];
  uint8_t Detailed = 0; // bit n: Details[n] is in use
  HeldDetail Details[MaxDetails];
  // Which acquisition of a block of so many is timed is drawn anew for each.
  uint64_t Random = 0;
  uint32_t Block = 1, Drawn = 0, Blocks = 0;

  // The callback it runs, if the program tells (gridlock/monitor.h).
  std::atomic<gridlock_callback *> Callback{nullptr};

  // The observed coroutine it runs; the one that has just been suspended, and
  // the one it handed over to (coroutines/Coroutines.h).
  std::atomic<gridlock_coroutine *> Running{nullptr};
  gridlock_coroutine *Awaiting = nullptr;
  const void *Target = nullptr;
  // Coroutines that are just being suspended, outermost first: what starts
  // meanwhile is what they await (when_all). Deeper ones are not kept.
  static constexpr unsigned MaxSuspending = 8;
  gridlock_coroutine *Suspending[MaxSuspending] = {};
  uint32_t SuspendingCount = 0;

  // Orders in which it has taken locks lately (locks/Order.h).
  struct RecentOrder {
    uint64_t Key;
    std::atomic<uint64_t> *Last;
  };
  RecentOrder Recent[MaxRecent] = {};
  // Places in the code of which no more orders are kept.
  uint64_t FullPlaces[MaxPlaces] = {};
  uint32_t OrdersSkipped = 0;
  uint64_t Start = 0; // when the monitor first saw it
  pthread_t Handle = 0;
  bool HasOrders = false;

  std::atomic<uint32_t> Signals{
      0};                       // of the watchdog, that interrupted the thread
  std::atomic<uint32_t> Tid{0}; // 0: free
  bool Inside = false;          // in the monitor's own slow path
  Thread *Next = nullptr;       // in the list of all, which only grows
  Thread *NextFree = nullptr;

  uint32_t heldCount() const noexcept { return Holding & HeldBits; }
  bool holds(const void *Lock) const noexcept {
    for (uint32_t I = 0; I < heldCount(); ++I)
      if (Held[I].Lock == Lock)
        return true;
    return false;
  }
  void acquired(const void *Lock, uint64_t Site) noexcept {
    const uint32_t N = heldCount();
    if (__builtin_expect(N == MaxHeld, 0)) {
      ++Beyond;
      return;
    }
    Held[N] = {Lock, Site};
    Holding += OneMore;
  }
  /// Holds nothing, and the next hold is not to be timed.
  bool isFree() const noexcept { return (Holding & (TimeNext | 0xff)) == 0; }
  /// acquired() for a thread that isFree(), before it has the lock. A signal
  /// handler that comes in between takes its locks as further ones.
  void acquiresFirst(const void *Lock, uint64_t Site) noexcept {
    Holding += OneMore;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    Held[0] = {Lock, Site};
  }
  /// It did not get it.
  void failedFirst() noexcept { Holding -= OneMore; }
  /// Took that lock last, and nothing is to be told of it.
  bool tookLast(const void *Lock) const noexcept {
    const uint32_t Which = static_cast<uint8_t>(Holding) - 1u;
    return Which < MaxHeld && Held[Which].Lock == Lock;
  }
  /// Its place in Held, or -1; the one taken last.
  int placeOf(const void *Lock) const noexcept {
    for (uint32_t I = heldCount(); I-- > 0;)
      if (Held[I].Lock == Lock)
        return static_cast<int>(I);
    return -1;
  }
  /// The one at Place, from placeOf, is given back.
  void drop(int Place) noexcept;
  void released(const void *Lock) noexcept { drop(placeOf(Lock)); }
};

/// True between initialisation and the end of the program.
extern std::atomic<bool> Ready;
extern std::atomic<Thread *> AllThreads;
extern uint32_t MainThread; // this process's number, too

extern __thread Thread *Self __attribute__((tls_model("initial-exec")));
[[gnu::cold]] Thread *
attachThread() noexcept; // null while not ready and on threads that end

/// The state of a thread of this process, or null.
Thread *threadOf(uint32_t Tid) noexcept;

/// This thread's state, or null: then pass the call through.
inline Thread *currentThread() noexcept {
  Thread *T = Self;
  return __builtin_expect(T != nullptr, 1) ? T : attachThread();
}

/// Makes the key whose destructor frees the state at a thread's end.
void startThreads() noexcept;
/// Marks the calling thread as one of the monitor's own.
void hideThread() noexcept;
void showThread() noexcept; // no longer

/// What CallIt does with locks is none of the program's business: the inside of
/// a lock that a library makes of others.
template <class Call> auto unseen(Call CallIt) {
  Thread *const T = Self;
  if (!T)
    return CallIt();
  hideThread();
  Self = nullptr;
  const auto Result = CallIt();
  Self = T;
  showThread();
  return Result;
}
/// In CallIt the program is called back, on thread T.
template <class Call> void seenAgain(Thread *T, Call CallIt) {
  Self = T;
  showThread();
  CallIt();
  hideThread();
  Self = nullptr;
}
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

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/loops/Loops.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/records/Snapshot.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>
#include <cstring>

namespace gridlock::monitor {

std::atomic<Loop *> AllLoops{nullptr};
std::atomic<uint32_t> LastLoopId{0};

namespace {

constexpr uint32_t RoundsOfLoop = 3;
// A second wait site below a loop's own: a callback that polls. Only if it
// comes round this often without the loop it is taken for a loop of its own.
constexpr uint32_t RoundsOfNestedLoop = 64;

WaitSite &siteOf(Thread &T, uint64_t Address) noexcept {
  for (WaitSite &S : T.Sites)
    if (S.Address == Address)
      return S;
  WaitSite *Oldest = &T.Sites[0];
  for (WaitSite &S : T.Sites) {
    if (S.Address == 0) {
      Oldest = &S;
      break;
    }
    if (!S.Found && (Oldest->Found || S.Epoch < Oldest->Epoch))
      Oldest = &S;
  }
  *Oldest = {};
  Oldest->Address = Address;
  return *Oldest;
}

/// Beats that came due between Since and Now, and lag_ms before Now. So no
/// timer has to wake a loop that has nothing to do.
uint64_t lateBeats(uint64_t Since, uint64_t Now) noexcept {
  const uint64_t Beat = TheOptions.HeartbeatMs * 1000000;
  return (Now - TheOptions.LagMs * 1000000) / Beat - Since / Beat;
}

/// If it is one that was reported. Busy: L, up to Now.
void stallEnds(Thread &T, Loop &L, uint64_t Since, uint64_t Now,
               uint64_t Busy) noexcept {
  const uint64_t Time = Now - Since;
  countShortCalls(L, Now, Busy);
  if (T.ReportedTick.load(std::memory_order_acquire) != Since)
    return;
  T.StallBlocked = L.Open.Blocked;
  T.StallCounted = L.Open.Counted;
  T.StallCallbacks = L.Open.Callbacks;
  T.StallLongest = L.Open.Longest;
  T.StallOnCpu =
      Time - std::min(Time, L.Open.Begin.offCpu(CpuReading::now(Now, Busy)));
  T.StallDuration.store(Time, std::memory_order_release);
  Watchdog::wake();
}

void iterationEnds(Thread &T, Loop &L, uint64_t Since, uint64_t Now) noexcept {
  uint64_t Time = Now - Since;
  ++L.Iterations;
  L.Busy += Time;
  L.Last = Now;
  ++L.Times.Counts[Histogram::index(Time)];
  if (__builtin_expect(Time > L.Max, 0))
    L.Max = Time;
  ++T.Epoch;
  if (__builtin_expect(Time >= TheOptions.LagMs * 1000000, 0))
    L.LateBeats += lateBeats(Since, Now);
  if (__builtin_expect(Time >= L.Threshold, 0)) {
    ++L.Stalls;
    L.StallTime += Time;
    stallEnds(T, L, Since, Now, L.Busy);
  }
}

/// Ns: what the program has asked for, or 0.
void setThreshold(Loop &L, uint64_t Ns) noexcept {
  if (Ns == 0) {
    char Thread[16] = {};
    threadName(L.Tid, Thread);
    Ns = TheOptions.thresholdOf(L.Name, Thread) * 1000000;
  }
  L.Threshold = Ns;
  Watchdog::mayStallAfter(Ns);
}

// The stack of its wait is what tells one loop from another for a reader.
void establish(Thread &T, WaitSite &S, const gridlock_call &Call,
               uint64_t Now) noexcept {
  InsideMonitor Guard(T);
  Loop *L = make<Loop>();
  if (!L)
    return lost("event loops (no memory)");
  L->Id = LastLoopId.fetch_add(1, std::memory_order_relaxed) + 1;
  L->Tid = T.Tid.load(std::memory_order_relaxed);
  L->Wait = Call.operation;
  L->Site = S.Address;
  L->First = L->Last = Now;
  std::memcpy(L->Name, T.LoopName, sizeof L->Name);
  L->Stack.store(takeOwnStack(Call, TakenStack::Loop),
                 std::memory_order_release);
  setThreshold(*L, T.LoopThreshold);
  S.Found = L;
  L->Next = AllLoops.load(std::memory_order_relaxed);
  while (!AllLoops.compare_exchange_weak(L->Next, L, std::memory_order_release))
    ;
  Watchdog::start();
}

} // namespace

void WaitScope::begin(const char *Operation, uint64_t Site) noexcept {
  uint64_t Now = Clock::now();
  uint64_t Since = T.BusySince.load(std::memory_order_relaxed);
  Loop *Current = T.Current.load(std::memory_order_relaxed);
  WaitSite &S = siteOf(T, Site);
  uint64_t Frame = registers[1];
  operation = Operation;
  if (!S.Found && Current && Frame == T.LoopFrame)
    S.Found = Current; // a second wait in the loop's own function
  if (!S.Found) {
    if (S.Epoch != T.Epoch)
      S.Rounds = 0;
    S.Epoch = T.Epoch;
    bool Nested = Current && Frame < T.LoopFrame;
    if (++S.Rounds >= (Nested ? RoundsOfNestedLoop : RoundsOfLoop) && !T.Inside)
      establish(T, S, *this, Now);
  }
  if (!S.Found) {
    // A first round, or a callback that waits for events: a call like any
    // other.
    beginCall(*this, &T, Operation, nullptr, Site);
    return;
  }
  OfLoop = true;
  if (Current == S.Found) {
    if (Since != 0)
      iterationEnds(T, *Current, Since, Now);
  } else {
    T.Current.store(S.Found, std::memory_order_relaxed);
    ++T.Epoch;
  }
  T.LoopFrame = Frame;
  T.WaitSince = Now;
  T.BusySince.store(0, std::memory_order_relaxed);
  // Published without a start: the wait of a loop blocks nobody.
  thread = &T;
  object = nullptr;
  outer = nullptr;
  site = Site;
  start = 0;
  T.Calls.store(T.Calls.load(std::memory_order_relaxed) + 1,
                std::memory_order_relaxed);
  T.Call.store(this, std::memory_order_release);
}

void WaitScope::end() noexcept {
  if (!OfLoop)
    return endCall(*this);
  T.Call.store(nullptr, std::memory_order_relaxed);
  Loop *L = T.Current.load(std::memory_order_relaxed);
  uint64_t Now = Clock::now();
  if (__builtin_expect(L == nullptr, 0))
    return; // a forked child forgot it
  L->Idle += Now - T.WaitSince;
  L->Events = Result > 0 ? static_cast<uint32_t>(Result) : 0;
  L->Open.begin(*L, Now);
  T.BusySince.store(Now, std::memory_order_relaxed);
  Watchdog::busy(Now);
}

void nameLoop(Thread &T, const char *Name) noexcept {
  std::strncpy(T.LoopName, Name, sizeof T.LoopName - 1);
  if (Loop *L = T.Current.load(std::memory_order_relaxed)) {
    std::memcpy(L->Name, T.LoopName, sizeof L->Name);
    setThreshold(*L, T.LoopThreshold);
  }
}

void setThreshold(Thread &T, uint64_t Ns) noexcept {
  T.LoopThreshold = Ns;
  if (Loop *L = T.Current.load(std::memory_order_relaxed))
    setThreshold(*L, Ns);
}

void endLoop(Thread &T) noexcept {
  Loop *L = T.Current.load(std::memory_order_relaxed);
  if (!L)
    return;
  const uint64_t Since = T.BusySince.load(std::memory_order_relaxed);
  // No iteration: when the loop was left, if it was, isn't known.
  if (const uint64_t Now = Clock::now();
      Since != 0 && Now - Since >= L->Threshold) {
    T.StallLeft = true;
    stallEnds(T, *L, Since, Now, L->Busy + (Now - Since));
  }
  T.BusySince.store(0, std::memory_order_release);
  Watchdog::writeEnd(T); // this state may be another thread's soon
  L->Ended = true;
}

void forgetLoops() noexcept {
  AllLoops.store(nullptr, std::memory_order_relaxed);
}

} // namespace gridlock::monitor

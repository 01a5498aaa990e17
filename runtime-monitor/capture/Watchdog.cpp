// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/capture/Watchdog.h"

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Descriptors.h"
#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Real.h"
#include "runtime-monitor/core/Thread.h"
#include "runtime-monitor/coroutines/Coroutines.h"
#include "runtime-monitor/locks/Deadlock.h"
#include "runtime-monitor/loops/Loops.h"
#include "runtime-monitor/records/Snapshot.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstring>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace gridlock::monitor {

std::atomic<uint64_t> Watchdog::Wakes{0};
std::atomic<uint64_t> Watchdog::Threshold{UINT64_MAX / 2};
std::atomic<uint32_t> Watchdog::Bell{0};
std::atomic<bool> Watchdog::NewWaits{false};
std::atomic<bool> Watchdog::MainEnded{false};
std::atomic<uint32_t> Watchdog::Keeper{0};
std::atomic<bool> Watchdog::Asked{false};
std::atomic<uint32_t> Watchdog::Id{0};

namespace {

std::atomic<bool> Started{false};
StallCapture Taken, TakenHolder;
uint32_t LastStall = 0;
bool Reachable = false; // by the capture signal

constexpr uint64_t Never = UINT64_MAX / 2;

// A deadlock is complete when its last wait begins, so it is enough to look
// once after each, and again to make sure that nothing has moved.
constexpr uint64_t LookAfter = 200000000, ConfirmAfter = 150000000;
uint64_t LookAt = Never;

// How soon the program ends after its last thread, if main has left it to that.
constexpr uint64_t LookForLast = 20000000;
sigset_t ProgramsMask;

// Stacks a second: a bucket that holds one second's worth, of which stalls that
// are known already leave half to others.
class RateLimit {
public:
  bool take(uint64_t Now, bool First) noexcept {
    uint64_t Step = 1000000000u / TheOptions.Captures;
    Full = std::max(Full, Now);
    if (Full + Step > Now + (First ? 1000000000u : 500000000u))
      return false;
    Full += Step;
    return true;
  }

private:
  uint64_t Full = 0; // when all captures will be available again
};
RateLimit Limit;

/// Writes the stack in Taken. Now: when it was taken, or later.
void record(Thread &T, Loop &L, uint64_t Since, uint64_t Now) noexcept {
  // The snapshot names the loop, the maps its code: both before the stall.
  writeMaps();
  writeLoop(L);
  StallRecord R{};
  R.Id = T.StallId;
  R.Loop = L.Id;
  R.Tid = T.Tid.load(std::memory_order_relaxed);
  R.Why = Taken.Why;
  R.Start = Since;
  R.Elapsed = Now - Since;
  std::memcpy(R.Operation, Taken.Operation, sizeof R.Operation);
  R.Holder = Taken.Holder;
  R.Repeat = T.Repeats++;
  R.Events = L.Events;
  // One buffer: the stack follows its head, which follows the record.
  struct {
    StallRecord Record;
    Snapshot Head;
  } Parts{R, Taken.Head};
  static_assert(sizeof Parts == sizeof(StallRecord) + sizeof(Snapshot));
  writeRecord(RecordKind::Stall, {&Parts, sizeof Parts},
              {Taken.Bytes, Taken.Head.Size});
  if (R.Repeat == 0) {
    writeArguments(RecordKind::Stall, R.Id, Taken.Arguments);
    GRIDLOCK_PROBE3(stall, R.Tid, R.Elapsed, R.Operation);
    CoroutineChain Chain;
    readChain(T, Chain);
    writeChain(RecordKind::Chain, RecordKind::Stall, R.Id, Chain);
    readCallback(T, Chain);
    writeChain(RecordKind::Callback, RecordKind::Stall, R.Id, Chain);
  }
  Thread *Holder = Taken.Holder != R.Tid ? threadOf(Taken.Holder) : nullptr;
  if (Holder && takeStack(*Holder, TakenHolder))
    writeStack(RecordKind::Stall, R.Id, TakenHolder.Head, TakenHolder.Bytes);
}

/// The iteration of L that began at Since takes too long, still.
void report(Thread &T, Loop &L, uint64_t Since, uint64_t Now) noexcept {
  const bool Fresh = T.ReportedTick.load(std::memory_order_relaxed) != Since;
  if (Fresh) {
    T.StallId = ++LastStall;
    T.StallTid = T.Tid.load(std::memory_order_relaxed);
    T.Repeats = 0;
  }
  T.NextReport = (Now - Since) * 2; // back off
  const Attempt Got = Limit.take(Now, T.Repeats == 0)
                          ? takeStall(T, Since, Taken)
                          : Attempt::Refused;
  if (Got == Attempt::Over)
    return; // the loop has counted it
  T.ReportedTick.store(Since, std::memory_order_release);
  if (Got == Attempt::Refused) {
    if (T.Repeats == 0) // it has none yet
      T.NextReport = Now - Since + L.Threshold / 2;
    if (Fresh)
      lost("stacks of stalls (captures_per_second)");
  } else if (Got == Attempt::Asked) {
    T.AskedTick = Since;
    T.AskedAt = Now;
  } else {
    record(T, L, Since, Now);
  }
}

/// What T was asked for, if it has answered. It has had no CPU until then, or
/// blocks the signal. False: not yet.
bool collect(Thread &T, uint64_t Now) noexcept {
  constexpr uint64_t Patience = 200000000;
  if (T.AskedTick == 0)
    return true;
  Loop *L = T.Current.load(std::memory_order_acquire);
  const bool Over = T.BusySince.load(std::memory_order_acquire) != T.AskedTick;
  const bool GivesUp = Over || Now > T.AskedAt + Patience;
  const Attempt Got = takeAnswer(T, T.AskedTick, GivesUp, Taken);
  if (Got == Attempt::Asked)
    return false;
  if (L && (Got == Attempt::Taken || !Over)) {
    const uint64_t Duration = T.StallDuration.load(std::memory_order_acquire);
    record(T, *L, T.AskedTick,
           Duration != 0 ? T.AskedTick + Duration : std::max(Now, T.AskedAt));
  }
  T.AskedTick = 0;
  return true;
}

} // namespace

void Watchdog::writeEnd(Thread &T) noexcept {
  if (uint64_t Duration =
          T.StallDuration.exchange(0, std::memory_order_acquire)) {
    GRIDLOCK_PROBE2(stall_end, T.StallTid, Duration); // it may have ended
    StallEndRecord R{T.StallId,        T.StallLeft,    Duration,
                     T.StallBlocked,   T.StallCounted, T.StallOnCpu,
                     T.StallCallbacks, T.StallLongest};
    writeRecord(RecordKind::StallEnd, {&R, sizeof R});
  }
}

void Watchdog::writeEnds() noexcept {
  for (Thread *T = AllThreads.load(std::memory_order_acquire); T; T = T->Next)
    writeEnd(*T);
}

// Reports what is due at Now; returns when to look again.
uint64_t Watchdog::check(uint64_t Now) noexcept {
  uint64_t Next = Never;
  for (Thread *T = AllThreads.load(std::memory_order_acquire); T; T = T->Next) {
    if (!collect(*T, Now)) {
      Next = std::min(Next, Now + 10000000);
      continue;
    }
    writeEnd(*T);
    Loop *L = T->Current.load(std::memory_order_acquire);
    uint64_t Since = T->BusySince.load(std::memory_order_acquire);
    if (!L || Since == 0)
      continue;
    const uint64_t Limit = L->Threshold;
    bool Reported = T->ReportedTick.load(std::memory_order_relaxed) == Since;
    uint64_t Due = Since + (Reported ? T->NextReport : Limit);
    if (Now >= Due) {
      report(*T, *L, Since, Now);
      Due = Now + Limit / 2;
      if (T->ReportedTick.load(std::memory_order_relaxed) == Since)
        Due = Since + T->NextReport;
    }
    Next = std::min(Next, Due);
  }
  return Next;
}

// Looks for deadlocks if it is time; returns when to look again.
uint64_t Watchdog::checkDeadlocks(uint64_t Now) noexcept {
  if (LookAt == Never && NewWaits.exchange(false))
    LookAt = Now + LookAfter;
  if (Now >= LookAt)
    LookAt = findDeadlocks(Taken, Now) ? Now + ConfirmAfter : Never;
  return LookAt;
}

void Watchdog::waitBegins(uint64_t Now) noexcept {
  NewWaits.store(true, std::memory_order_seq_cst);
  if (Now + LookAfter < Wakes.load(std::memory_order_seq_cst))
    wake();
}

void Watchdog::ask() noexcept {
  Asked.store(true, std::memory_order_release);
  wake();
}

void Watchdog::answer(uint64_t Now) noexcept {
  writeSnapshot(Occasion::Asked);
  LiveRecord R{Now};
  writeRecord(RecordKind::Live, {&R, sizeof R});
}

// It runs for microseconds, but late is useless. Where the program may have
// real-time threads, this is one of the lowest priority, its children none;
// else kernels from 6.12 on take a short slice as a wish to run soon, as far as
// the control group gets its turn.
static void wishToRunSoon() noexcept {
  if (sched_getscheduler(0) != SCHED_OTHER)
    return;
  struct Attributes {
    uint32_t Size, Policy;
    uint64_t Flags;
    int32_t Nice;
    uint32_t Priority;
    uint64_t Runtime, Deadline, Period;
  };
  static_assert(sizeof(Attributes) == 48);
  const Attributes RealTime{48, SCHED_FIFO, 1 /*reset on fork*/, 0, 1, 0, 0, 0};
  if (sys::call(SYS_sched_setattr, 0, sys::address(&RealTime), 0) == 0)
    return;
  const Attributes Short{48, SCHED_OTHER, 0, getpriority(PRIO_PROCESS, 0),
                         0,  100000,      0, 0};
  sys::call(SYS_sched_setattr, 0, sys::address(&Short), 0);
}

void Watchdog::mainEnds() noexcept {
  if (MainEnded.load())
    return;
  if (Descriptors::any() && Keeper.exchange(1) == 0 &&
      !startThread(keepDescriptors)) {
    Keeper.store(0);
    lost("descriptors at the program's end (no thread could be started)");
  }
  MainEnded.store(true);
  wake();
}

bool Watchdog::isLast() noexcept {
  // Main, whose number is kept, this one, and one that keeps descriptors.
  if (const unsigned Count = threadCount())
    return Count == 2u + Keeper.load(std::memory_order_relaxed);
  for (Thread *T = AllThreads.load(std::memory_order_acquire); T; T = T->Next)
    if (T->Tid.load(std::memory_order_relaxed) != 0)
      return false;
  return true;
}

// What the program does at its end, it does on its last thread: one of ours.
static void becomeTheProgram() noexcept {
  const sched_param Usual{};
  sched_setscheduler(0, SCHED_OTHER, &Usual);
  pthread_sigmask(SIG_SETMASK, &ProgramsMask, nullptr);
  showThread();
}

// The last thread of a program whose main thread has ended, where the watchdog
// does not use its descriptors.
void *Watchdog::keepDescriptors(void *) noexcept {
  hideThread();
  while (Keeper.load(std::memory_order_acquire) != 0)
    sys::futexWait(&Keeper, 1, nullptr);
  while (threadCount() > 2) {
    const timespec Soon{0, 1000000};
    sys::call(SYS_nanosleep, sys::address(&Soon), 0);
  }
  becomeTheProgram();
  return nullptr;
}

void *Watchdog::run(void *) noexcept {
  hideThread();
  sys::call(SYS_prctl, PR_SET_NAME, sys::address("gridlock"));
  wishToRunSoon();
  Id.store(static_cast<uint32_t>(sys::threadId()));
  if (Reachable) {
    // The only signal this thread takes: that is how the tools find its number.
    const uint64_t Mask = uint64_t{1} << (captureSignal() - 1);
    sys::call(SYS_rt_sigprocmask, SIG_UNBLOCK, sys::address(&Mask), 0,
              sizeof Mask);
  }
  constexpr uint64_t SnapshotEvery = 1000000000;
  uint64_t Quiet =
      std::max<uint64_t>(TheOptions.ThresholdMs * 1000000, 100000000);
  uint64_t NextSnapshot = SnapshotEvery;
  if (!mapsKnown())
    writeMaps();
  Descriptors::separate();
  bool Rested = false; // nothing was to do for a whole quiet period
  uint64_t Limit = TheOptions.ThresholdMs * 1000000;
  while (Ready.load(std::memory_order_acquire)) {
    uint32_t Rings = Bell.load(std::memory_order_acquire);
    uint64_t Now = Clock::now();
    uint64_t Next = std::min(check(Now), checkDeadlocks(Now));
    if (Asked.exchange(false, std::memory_order_acquire))
      answer(Now);
    if (Now >= NextSnapshot) {
      writeSnapshot(Occasion::Regular);
      NextSnapshot = Now + SnapshotEvery;
    }
    // Before sleeping for ever, one more look after a while: a loop may have
    // got busy without having seen that nobody wakes by himself.
    bool Idle = Next == Never;
    bool ForEver = Idle && Rested && !somethingToWrite();
    Rested = Idle;
    if (MainEnded.load(std::memory_order_relaxed)) {
      if (isLast())
        break;
      Next = std::min(Next, Now + LookForLast);
      Idle = ForEver = false;
    }
    uint64_t Wake =
        ForEver ? Never : std::min(Idle ? Now + Quiet : Next, NextSnapshot);
    if (Idle && !ForEver)
      Wake = std::max(Wake, Now + 1000000);
    Wakes.store(Idle && Rested ? Never : Wake, std::memory_order_seq_cst);
    if (Idle && NewWaits.load(std::memory_order_seq_cst))
      continue;
    if (ForEver) {
      sys::futexWait(&Bell, Rings, nullptr);
    } else {
      uint64_t Time = Wake > Now ? Wake - Now : 1;
      timespec Wait{static_cast<time_t>(Time / 1000000000),
                    static_cast<long>(Time % 1000000000)};
      sys::futexWait(&Bell, Rings, &Wait);
    }
    Wakes.store(0, std::memory_order_relaxed);
    // Stopped by a debugger or without a CPU for long: what looks like a stall
    // of the loop was one of the whole process. A real one is still there a
    // little later.
    uint64_t After = Clock::now();
    if (!ForEver && After > Wake + std::max<uint64_t>(Limit / 2, 20000000)) {
      timespec Wait{0,
                    static_cast<long>(std::min<uint64_t>(Limit / 4, 50000000))};
      sys::futexWait(&Bell, Bell.load(), &Wait);
    }
  }
  if (Keeper.exchange(0, std::memory_order_release) != 0)
    sys::futexWake(&Keeper, 1);
  else
    becomeTheProgram();
  return nullptr;
}

void Watchdog::wake() noexcept {
  Wakes.store(0, std::memory_order_relaxed);
  Bell.fetch_add(1, std::memory_order_release);
  sys::futexWake(&Bell, 1);
}

void Watchdog::mayStallAfter(uint64_t Ns) noexcept {
  Ns += Ns / 8 + 1000000;
  uint64_t Least = Threshold.load(std::memory_order_relaxed);
  while (Ns < Least && !Threshold.compare_exchange_weak(Least, Ns))
    ;
}

bool Watchdog::startThread(void *(*Run)(void *)) noexcept {
  pthread_attr_t Attributes;
  pthread_attr_init(&Attributes);
  pthread_attr_setstacksize(&Attributes, 256 * 1024);
  pthread_attr_setdetachstate(&Attributes, PTHREAD_CREATE_DETACHED);
  // The program's signals are for the program's threads.
  sigset_t All, Before;
  sigfillset(&All);
  pthread_sigmask(SIG_SETMASK, &All, &Before);
  pthread_t Id;
  const bool Done = Real.pthread_create(&Id, &Attributes, Run, nullptr) == 0;
  pthread_sigmask(SIG_SETMASK, &Before, nullptr);
  pthread_attr_destroy(&Attributes);
  return Done;
}

void Watchdog::start() noexcept {
  if (Started.load(std::memory_order_relaxed) || Started.exchange(true))
    return;
  const bool Installed = installSignal();
  pthread_sigmask(SIG_SETMASK, nullptr, &ProgramsMask);
  // One that the program blocks may be waited for.
  Reachable = Installed && sigismember(&ProgramsMask, captureSignal()) == 0;
  if (!startThread(run))
    lost("stalls (the watchdog thread could not be started)");
}

void Watchdog::forget() noexcept {
  Started.store(false);
  Wakes.store(0);
  Bell.store(0);
  LastStall = 0;
  LookAt = Never;
  NewWaits.store(false);
  MainEnded.store(false);
  Keeper.store(0);
  Asked.store(false);
  Id.store(0);
}

} // namespace gridlock::monitor

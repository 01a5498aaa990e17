// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/Deadlock.h"

#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/interpose/Libcxx.h"
#include "runtime-monitor/records/Snapshot.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>
#include <csignal>
#include <cstddef>

namespace gridlock::monitor {

namespace {

enum class Want { Nothing, Mutex, Read, Write, Libcxx, Other, End };

Want wantOf(const char *Name) noexcept {
  const CoreOperations &O = Operation;
  if (Name == O.pthread_mutex_lock || Name == O.mtx_lock)
    return Want::Mutex;
  if (Name == O.pthread_rwlock_rdlock)
    return Want::Read;
  if (Name == O.pthread_rwlock_wrlock)
    return Want::Write;
  if (Name == libcxx::Reads || Name == libcxx::Writes)
    return Want::Libcxx;
  if (Name == O.pthread_spin_lock || Name == O.pthread_once ||
      Name == O.__cxa_guard_acquire || Name == libcxx::CallsOnce ||
      Name == libcxx::TimedLocks || Name == libcxx::RecursiveLocks)
    return Want::Other;
  return Name == O.pthread_join ? Want::End : Want::Nothing;
}

/// A thread in a wait that only another thread can end.
struct Waiter {
  Thread *Who;
  uint64_t Number; // of its call
  gridlock_call Call;
  Want Wants;
  // While circles are searched:
  uint32_t Owner;   // the only thread it waits for, or 0: all that hold it
  uint32_t Holders; // that are to be known, 0: any
  Thread *Next;     // next one to look at
  Waiter *From;
  enum : uint8_t { New, OnPath, Done } State;
};

constexpr unsigned MostWaiters = 4096, MostParts = 64;
Waiter Waiters[MostWaiters];
unsigned WaiterCount = 0;
uint32_t LastPart = 0;

template <class T> T peek(const void *Object, size_t Offset) noexcept {
  T Value{};
  sys::copyMemory(&Value, addressOf(Object) + Offset, sizeof Value);
  return Value;
}

bool holds(const Thread &T, const void *Lock) noexcept {
  return T.Tid.load(std::memory_order_relaxed) != 0 && T.holds(Lock);
}

/// Fills in for whom W waits; false if nobody is known to be.
bool findOwner(Waiter &W) noexcept {
  const void *Lock = W.Call.object;
  W.Owner = W.Holders = 0;
  switch (W.Wants) {
  case Want::Nothing:
    return false;
  case Want::Mutex:
    return (W.Owner = peek<uint32_t>(
                Lock, offsetof(pthread_mutex_t, __data.__owner))) != 0;
  case Want::Read:
  case Want::Write:
    W.Owner =
        peek<uint32_t>(Lock, offsetof(pthread_rwlock_t, __data.__cur_writer));
    if (W.Owner != 0)
      return true;
    // Readers leave no name; glibc counts them above three flags.
    W.Holders =
        peek<uint32_t>(Lock, offsetof(pthread_rwlock_t, __data.__readers)) >> 3;
    return W.Wants == Want::Write && W.Holders != 0;
  case Want::Libcxx: {
    // A reader waits for a writer, but that may wait for the readers first.
    const auto Readers =
        peek<uint32_t>(Lock, libcxx::ReadersAt) & ~libcxx::NoReaders;
    W.Holders = Readers != 0 ? Readers : 1;
    return true;
  }
  case Want::Other:
    W.Holders = 1;
    return true;
  case Want::End:
    for (Thread *T = AllThreads.load(std::memory_order_acquire); T; T = T->Next)
      if (addressOf(Lock) == T->Handle)
        W.Owner = T->Tid.load(std::memory_order_relaxed);
    return W.Owner != 0;
  }
  return false;
}

/// Readers and spin locks are known by what each thread took: all holders must
/// be among them.
bool knowsHolders(const Waiter &W) noexcept {
  if (W.Holders == 0)
    return true;
  uint32_t Known = 0;
  for (Thread *T = AllThreads.load(std::memory_order_acquire); T; T = T->Next)
    Known += holds(*T, W.Call.object);
  return Known == W.Holders;
}

void collectWaiters() noexcept {
  WaiterCount = 0;
  for (Thread *T = AllThreads.load(std::memory_order_acquire); T; T = T->Next) {
    gridlock_call *Where = T->Call.load(std::memory_order_acquire);
    if (!Where || T->Tid.load(std::memory_order_relaxed) == 0)
      continue;
    if (WaiterCount == MostWaiters)
      return lost("deadlocks (more than 4096 threads wait)");
    Waiter &W = Waiters[WaiterCount];
    W.Who = T;
    W.Number = T->Calls.load(std::memory_order_relaxed);
    const bool Copied = sys::copyMemory(&W.Call, addressOf(Where),
                                        sizeof W.Call) == sizeof W.Call;
    if (!Copied || (W.Wants = wantOf(W.Call.operation)) == Want::Nothing ||
        T->Call.load(std::memory_order_acquire) != Where ||
        T->Calls.load(std::memory_order_relaxed) != W.Number)
      continue;
    if (!findOwner(W) || !knowsHolders(W))
      continue;
    W.Next = AllThreads.load(std::memory_order_acquire);
    W.From = nullptr;
    W.State = Waiter::New;
    ++WaiterCount;
  }
}

Waiter *waiterOf(const Thread *T) noexcept {
  for (unsigned I = 0; I < WaiterCount; ++I)
    if (Waiters[I].Who == T)
      return &Waiters[I];
  return nullptr;
}

/// The next waiting thread that W waits for, or null when there are no more.
Waiter *nextHolder(Waiter &W) noexcept {
  while (Thread *T = W.Next) {
    W.Next = T->Next;
    const bool Holds = W.Owner != 0
                           ? T->Tid.load(std::memory_order_relaxed) == W.Owner
                           : holds(*T, W.Call.object);
    if (Holds)
      if (Waiter *Other = waiterOf(T))
        return Other;
  }
  return nullptr;
}

void writePart(const Waiter &W, DeadlockRecord R,
               StallCapture &Buffer) noexcept {
  R.Tid = W.Who->Tid.load(std::memory_order_relaxed);
  R.Lock = W.Wants == Want::End ? 0 : addressOf(W.Call.object);
  R.Site = W.Call.site;
  R.Since = W.Call.start;
  threadName(R.Tid, R.Thread);
  GRIDLOCK_PROBE3(deadlock, R.Tid, R.Lock, R.Parts);
  HeldRecord Held[Thread::MaxHeld] = {};
  for (; R.Held < W.Who->heldCount(); ++R.Held) {
    const HeldLock &H = W.Who->Held[R.Held];
    Held[R.Held] = {addressOf(H.Lock), H.Site & ~Taking::All,
                    (H.Site & Taking::Shared) != 0, 0};
  }
  const size_t Length =
      std::min(std::strlen(W.Call.operation), sizeof R.Operation - 1);
  std::memcpy(R.Operation, W.Call.operation, Length);
  writeRecord(RecordKind::Deadlock, {&R, sizeof R},
              {Held, R.Held * sizeof(HeldRecord)});
  if (takeStack(*W.Who, Buffer))
    writeStack(RecordKind::Deadlock, R.Id, Buffer.Head, Buffer.Bytes);
}

/// From the thread that waits for First around to First.
void report(Waiter &First, Waiter &Last, StallCapture &Buffer,
            uint64_t Now) noexcept {
  Waiter *Parts[MostParts];
  uint32_t Count = 0;
  for (Waiter *W = &Last;; W = W->From) {
    if (Count < MostParts)
      Parts[Count++] = W;
    if (W == &First)
      break;
  }
  std::reverse(Parts, Parts + Count); // each waits for the next one
  DeadlockRecord R{};
  R.Deadlock = LastPart + 1;
  R.Parts = Count;
  R.Time = Now;
  for (unsigned I = 0; I < WaiterCount; ++I)
    R.Behind += std::any_of(Parts, Parts + Count,
                            [&](const Waiter *W) {
                              return W->Who->holds(Waiters[I].Call.object);
                            }) &&
                std::find(Parts, Parts + Count, &Waiters[I]) == Parts + Count;
  writeMaps();
  Text<400> Line;
  Line << "deadlock: thread ";
  for (uint32_t I = 0; I < Count; ++I) {
    R.Id = ++LastPart;
    writePart(*Parts[I], R, Buffer);
    Line << uint64_t{Parts[I]->Who->Tid.load(std::memory_order_relaxed)}
         << (I + 1 < Count ? " waits for thread " : "");
  }
  if (Count == 1)
    Line << " waits for itself";
  else
    Line << " waits for thread "
         << uint64_t{Parts[0]->Who->Tid.load(std::memory_order_relaxed)};
  Line << "; see: gridlock report " << TheOptions.Dir;
  Line.say();
  if (!TheOptions.AbortOnDeadlock)
    return;
  writeSnapshot(Occasion::Last);
  sys::call(SYS_kill, sys::processId(), SIGABRT);
}

/// A circle was found that Last closes. True if it is to be looked at again.
bool judge(Waiter &First, Waiter &Last, StallCapture &Buffer,
           uint64_t Now) noexcept {
  bool Known = false, Stayed = true;
  for (Waiter *W = &Last;; W = W->From) {
    Known |= W->Who->DeadlockedCall == W->Number;
    Stayed &= W->Who->SuspectCall == W->Number;
    W->Who->SuspectCall = W->Number;
    if (W == &First)
      break;
  }
  if (Known || !Stayed)
    return !Known;
  for (Waiter *W = &Last;; W = W->From) {
    W->Who->DeadlockedCall = W->Number;
    if (W == &First)
      break;
  }
  report(First, Last, Buffer, Now);
  return false;
}

} // namespace

bool findDeadlocks(StallCapture &Buffer, uint64_t Now) noexcept {
  bool Suspects = false;
  collectWaiters();
  for (unsigned I = 0; I < WaiterCount; ++I) {
    if (Waiters[I].State != Waiter::New)
      continue;
    Waiter *At = &Waiters[I];
    At->State = Waiter::OnPath;
    while (At) {
      Waiter *Next = nextHolder(*At);
      if (!Next) {
        At->State = Waiter::Done;
        At = At->From;
      } else if (Next->State == Waiter::New) {
        Next->State = Waiter::OnPath;
        Next->From = At;
        At = Next;
      } else if (Next->State == Waiter::OnPath) {
        Suspects |= judge(*Next, *At, Buffer, Now);
      }
    }
  }
  return Suspects;
}

} // namespace gridlock::monitor

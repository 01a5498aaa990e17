// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Thread.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/locks/Order.h"
#include "runtime-monitor/loops/Loops.h"

namespace gridlock::monitor {

std::atomic<bool> Ready{false};
std::atomic<Thread *> AllThreads{nullptr};
__thread Thread *Self __attribute__((tls_model("initial-exec"))) = nullptr;
static __thread bool Detached __attribute__((tls_model("initial-exec"))) =
    false;

uint32_t MainThread = 0;
static Lock FreeLock;
static Thread *FreeThreads = nullptr;
static pthread_key_t Key;
static bool HaveKey = false;

static void threadEnds(void *State) noexcept {
  auto *T = static_cast<Thread *>(State);
  // Locks taken after this, by destructors that run later, are passed through.
  Self = nullptr;
  Detached = true;
  endLoop(*T);
  endLockOrders(*T);
  if (T->Tid.load(std::memory_order_relaxed) == MainThread)
    Watchdog::mainEnds();
  T->Current.store(nullptr, std::memory_order_relaxed);
  T->Call.store(nullptr, std::memory_order_relaxed);
  T->Tid.store(0, std::memory_order_release);
  Locked Guard(FreeLock);
  T->NextFree = FreeThreads;
  FreeThreads = T;
}

void startThreads() noexcept {
  // glibc keeps the first 32 keys' values in the thread itself; for later ones
  // pthread_setspecific allocates, which is not safe from inside an allocator's
  // lock.
  HaveKey = pthread_key_create(&Key, threadEnds) == 0;
  if (HaveKey && Key >= 32) {
    pthread_key_delete(Key);
    HaveKey = false;
  }
}

Thread *attachThread() noexcept {
  if (!Ready.load(std::memory_order_acquire) || Detached)
    return nullptr;
  Thread *T;
  {
    Locked Guard(FreeLock);
    T = FreeThreads;
    if (T)
      FreeThreads = T->NextFree;
  }
  if (T) {
    Thread *Next = T->Next;
    T->~Thread();
    new (T) Thread();
    T->Next = Next;
  } else {
    T = make<Thread>();
    if (!T)
      return nullptr;
    T->Next = AllThreads.load(std::memory_order_relaxed);
    while (!AllThreads.compare_exchange_weak(T->Next, T,
                                             std::memory_order_release))
      ;
  }
  T->Start = Clock::now();
  raise(LockOrders::Latest, T->Start);
  T->Random = (T->Start ^ reinterpret_cast<uint64_t>(T) << 20) | 1;
  T->Handle = pthread_self();
  if (libraryLocks())
    T->Holding |= Thread::InLibrary;
  T->Tid.store(static_cast<uint32_t>(sys::threadId()),
               std::memory_order_release);
  Self = T;
  if (HaveKey)
    pthread_setspecific(Key, T);
  return T;
}

Thread *threadOf(uint32_t Tid) noexcept {
  for (Thread *T = AllThreads.load(std::memory_order_acquire); T && Tid;
       T = T->Next)
    if (T->Tid.load(std::memory_order_relaxed) == Tid)
      return T;
  return nullptr;
}

void hideThread() noexcept { Detached = true; }
void showThread() noexcept { Detached = false; }

void forgetOtherThreads() noexcept {
  FreeLock.reset();
  FreeThreads = nullptr;
  AllThreads.store(nullptr, std::memory_order_relaxed);
  Thread *T = Self;
  if (!T)
    return;
  T->Tid.store(static_cast<uint32_t>(sys::threadId()),
               std::memory_order_relaxed);
  T->Next = nullptr;
  T->Current.store(nullptr, std::memory_order_relaxed);
  T->BusySince.store(0, std::memory_order_relaxed);
  T->ReportedTick.store(0, std::memory_order_relaxed);
  T->Callback.store(nullptr, std::memory_order_relaxed);
  T->SuspectCall = T->DeadlockedCall = 0;
  for (WaitSite &S : T->Sites)
    S = {};
  for (Thread::RecentOrder &R : T->Recent)
    R = {};
  for (uint64_t &Place : T->FullPlaces)
    Place = 0;
  T->HasOrders = false;
  T->Detailed = 0;
  T->Holding &= ~Thread::LookCloser;
  AllThreads.store(T, std::memory_order_relaxed);
}

void Thread::drop(int Place) noexcept {
  if (Place < 0) { // among those not known, or taken before the start
    Beyond -= Beyond > 0;
    return;
  }
  const auto At = static_cast<uint32_t>(Place);
  const uint32_t Count = heldCount();
  for (uint32_t I = At + 1; I < Count; ++I)
    Held[I - 1] = Held[I];
  --Holding;
  if (Detailed == 0 || At >= MaxDetails)
    return;
  for (uint32_t I = At + 1; I < MaxDetails && I < Count; ++I)
    Details[I - 1] = Details[I];
  const uint32_t Below = (1u << At) - 1;
  Detailed =
      static_cast<uint8_t>((Detailed & Below) | (Detailed >> 1 & ~Below));
  if (Detailed == 0)
    Holding &= ~LookCloser;
}

} // namespace gridlock::monitor

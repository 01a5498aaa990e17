// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Thread.h"

#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/locks/Order.h"
#include "runtime-monitor/loops/Loops.h"

namespace gridlock::monitor {

std::atomic<bool> Ready{false};
std::atomic<Thread *> AllThreads{nullptr};
__thread Thread *Self __attribute__((tls_model("initial-exec"))) = nullptr;
static __thread bool Detached __attribute__((tls_model("initial-exec"))) =
    false;

static Lock FreeLock;
static Thread *FreeThreads = nullptr;
static pthread_key_t Key;
static bool HaveKey = false;

static void threadEnds(void *State) noexcept {
  auto *T = static_cast<Thread *>(State);
  // Locks taken after this, by destructors that run later, are passed through.
  Self = nullptr;
  Detached = true;
  if (Loop *L = T->Current.load(std::memory_order_relaxed))
    endLoop(*L);
  endLockOrders(*T);
  T->BusySince.store(0, std::memory_order_relaxed);
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
  T->Handle = pthread_self();
  T->Tid.store(static_cast<uint32_t>(sys::threadId()),
               std::memory_order_release);
  Self = T;
  if (HaveKey)
    pthread_setspecific(Key, T);
  return T;
}

void hideThread() noexcept { Detached = true; }

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
  T->SuspectCall = T->DeadlockedCall = 0;
  for (WaitSite &S : T->Sites)
    S = {};
  for (Thread::RecentOrder &R : T->Recent)
    R = {};
  T->HasOrders = false;
  AllThreads.store(T, std::memory_order_relaxed);
}

void Thread::releasedOutOfOrder(const void *Lock) noexcept {
  if (HeldCount >
      MaxHeld) { // the one released is among those not kept, or is forgotten
    --HeldCount;
    return;
  }
  for (uint32_t I = HeldCount; I-- > 0;)
    if (Held[I].Lock == Lock) {
      for (uint32_t J = I + 1; J < HeldCount; ++J)
        Held[J - 1] = Held[J];
      --HeldCount;
      return;
    }
}

} // namespace gridlock::monitor

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/Order.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/records/Writer.h"

#include <pthread.h>

namespace gridlock::monitor {

LockOrder *LockOrders::Table = nullptr;
UsedEntries<LockOrders::Size> LockOrders::InUse;
std::atomic<uint32_t> LockOrders::Fresh{0};
std::atomic<uint64_t> LockOrders::Latest{0};

namespace {

constexpr unsigned MostStacks = 256;
std::atomic<unsigned> Stacks{0};

/// Of one part of a key; those of several parts are computed at once.
uint64_t spread(uint64_t Value) noexcept {
  Value *= 0x9e3779b97f4a7c15u;
  return Value ^ (Value >> 32);
}

/// What is known of an order in its own thread; 0 for a lock that is held.
uint64_t keyOf(const Thread &T, const void *Lock, uint64_t Site) noexcept {
  uint64_t Key = spread(addressOf(Lock)) + Site * 0xc2b2ae3d27d4eb4fu;
  for (uint32_t I = 0; I < T.heldCount(); ++I) {
    const HeldLock &H = T.Held[I];
    if (H.Lock == Lock)
      return 0;
    Key += (spread(addressOf(H.Lock)) ^ (H.Site & Taking::Shared)) *
           (0xbf58476d1ce4e5b9u + 2 * I);
  }
  return (Key ^ (Key >> 32)) | 1;
}

// False if the lock was given back in a way the monitor did not see, or by
// another thread, to which a stackful coroutine had moved. Its memory may be
// gone.
bool stillHeld(const HeldLock &H, uint32_t Tid) noexcept {
  if (H.Site & Taking::Other)
    return true; // nobody's name is in it
  const bool Shared = H.Site & Taking::Shared;
  const size_t Offset = Shared ? offsetof(pthread_rwlock_t, __data.__readers)
                        : H.Site & Taking::Write
                            ? offsetof(pthread_rwlock_t, __data.__cur_writer)
                            : offsetof(pthread_mutex_t, __data.__owner);
  uint32_t Word = 0;
  constexpr unsigned FirstReader = 8; // bits below are flags
  return sys::copyMemory(&Word, addressOf(H.Lock) + Offset, sizeof Word) ==
             sizeof Word &&
         (Shared ? Word >= FirstReader : Word == Tid);
}

/// Takes out what the thread holds no more; true if there was any.
bool dropStale(Thread &T) noexcept {
  bool Any = false;
  const uint32_t Tid = T.Tid.load(std::memory_order_relaxed);
  for (uint32_t I = T.heldCount(); I-- > 0;)
    if (!stillHeld(T.Held[I], Tid)) {
      T.drop(static_cast<int>(I));
      Any = true;
    }
  return Any;
}

// Where locks are chosen from large tables by hash, one place in the code makes
// orders without end; the first ones tell as much as all.
constexpr uint32_t MostOfPlace = 128, StacksOfPlace = 4, Places = 1024;
std::atomic<uint32_t> OfPlace[Places];
std::atomic<uint32_t> Used{0};

// Of the table's entries, apart from them: a search reads one or two lines.
std::atomic<uint64_t> Keys[LockOrders::Size];

// The entry for Key; or if there is none yet, null and the free slot for it,
// null if there is no room.
LockOrder *find(uint64_t Key, LockOrder *&Free) noexcept {
  Free = nullptr;
  for (uint32_t Probe = 0; Probe < 64; ++Probe) {
    const uint32_t I = ((Key >> 9) + Probe) & (LockOrders::Size - 1);
    const uint64_t There = Keys[I].load(std::memory_order_acquire);
    LockOrder &At = LockOrders::Table[I];
    if (There == 0) {
      Free = &At;
      return nullptr;
    }
    // Another thread's that is being filled in can't have this thread's key.
    if (There == Key)
      return &At;
  }
  return nullptr;
}

// The places in the code alone.
uint64_t sitesOf(const Thread &T, uint64_t Site) noexcept {
  uint64_t Hash = Site;
  for (uint32_t I = 0; I < T.heldCount(); ++I)
    Hash = mix(Hash, T.Held[I].Site);
  return Hash;
}

void used(Thread::RecentOrder &R) noexcept {
  R.Last->store(LockOrders::Latest.load(std::memory_order_relaxed),
                std::memory_order_relaxed);
}

/// Recent: where the thread remembers its Key. False if the thread turns out
/// not to hold all of its locks any more: nothing is recorded.
bool record(Thread &T, uint64_t Key, Thread::RecentOrder &Recent,
            const void *Lock, const char *Operation, uint64_t Site,
            uint64_t Now) noexcept {
  gridlock_call Call;
  GRIDLOCK_CAPTURE(&Call);
  const uint64_t Mine = Key;
  Key = mix(T.Start, Key);
  LockOrder *Free;
  if (LockOrder *O = find(Key, Free)) {
    Recent = {Mine, &O->Last};
    used(Recent);
    return true;
  }
  const uint64_t Sites = sitesOf(T, Site);
  if (T.FullPlaces[Sites % Thread::MaxPlaces] == Sites)
    return true;
  const uint64_t From = placeOf(Call, Site);
  std::atomic<uint32_t> &Known = OfPlace[mix(Sites, From) % Places];
  if (Known.load(std::memory_order_relaxed) >= MostOfPlace) {
    if (From == Site) // else there are others
      T.FullPlaces[Sites % Thread::MaxPlaces] = Sites;
    return true;
  }
  if (!Free ||
      Used.load(std::memory_order_relaxed) > LockOrders::Size / 4 * 3) {
    lost("orders of locks (table full)");
    return true;
  }
  if (dropStale(T))
    return false;
  uint32_t Empty = 0;
  while (!Free->State.compare_exchange_strong(Empty, 1)) {
    find(Key, Free); // another thread was faster
    if (!Free)
      return true;
    Empty = 0;
  }
  LockOrder *O = Free;
  Keys[O - LockOrders::Table].store(Key, std::memory_order_release);
  O->Tid = T.Tid.load(std::memory_order_relaxed);
  O->Lock = Lock;
  O->Site = Site;
  O->Operation = Operation;
  O->ThreadStart = T.Start;
  O->First = Now;
  O->HeldCount = T.heldCount();
  for (uint32_t I = 0; I < T.heldCount(); ++I)
    O->Held[I] = T.Held[I];
  const uint32_t Before = Known.fetch_add(1, std::memory_order_relaxed);
  if (Before == MostOfPlace - 1)
    lost("places in the code with over 128 orders of locks");
  if (Before < StacksOfPlace &&
      Stacks.fetch_add(1, std::memory_order_relaxed) < MostStacks)
    O->Stack.store(takeOwnStack(Call), std::memory_order_relaxed);
  T.HasOrders = true;
  O->Last.store(Now, std::memory_order_relaxed);
  raise(LockOrders::Latest, Now);
  Recent = {Mine, &O->Last};
  O->State.store(2, std::memory_order_release);
  LockOrders::InUse.add(O - LockOrders::Table);
  GRIDLOCK_PROBE3(order, Lock, T.Held[T.heldCount() - 1].Lock, Operation);
  Used.fetch_add(1, std::memory_order_relaxed);
  LockOrders::Fresh.fetch_add(1, std::memory_order_relaxed);
  return true;
}

/// Not one of those the thread has taken lately.
[[gnu::noinline, gnu::cold]] void takesInNewOrder(Thread &T, uint64_t Key,
                                                  Thread::RecentOrder &R,
                                                  const void *Lock,
                                                  const char *Operation,
                                                  uint64_t Site) noexcept {
  if (T.heldCount() > LockOrder::MaxHeld)
    return lost("orders of locks (more than 16 held)");
  // No more are kept of a full place; those that are, are looked for now and
  // then.
  const uint64_t Sites = sitesOf(T, Site);
  if (T.FullPlaces[Sites % Thread::MaxPlaces] == Sites &&
      ++T.OrdersSkipped % 16 != 0)
    return;
  const uint64_t Now = Clock::now();
  const uint32_t Before = LockOrders::Fresh.load(std::memory_order_relaxed);
  bool Recorded;
  {
    InsideMonitor Guard(T);
    Recorded = record(T, Key, R, Lock, Operation, Site, Now);
  }
  if (!Recorded && T.heldCount() != 0)
    return takesInOrder(T, Lock, Operation, Site);
  // The watchdog may sleep for ever; this thread may, too, from here.
  if (LockOrders::Fresh.load(std::memory_order_relaxed) != Before)
    Watchdog::busy(Now);
}

} // namespace

void startLockOrders() noexcept {
  if (TheOptions.Locks)
    LockOrders::Table = makeTable<LockOrder>(LockOrders::Size);
}

void forgetLockOrders() noexcept {
  clearTable(LockOrders::Table, LockOrders::Size);
  LockOrders::InUse.clear();
  LockOrders::Fresh.store(0, std::memory_order_relaxed);
  Used.store(0, std::memory_order_relaxed);
  zero(Keys);
  zero(OfPlace);
}

void takesInOrder(Thread &T, const void *Lock, const char *Operation,
                  uint64_t Site) noexcept {
  if (T.Inside || !LockOrders::Table || Site & Taking::Timed)
    return;
  const uint64_t Key = keyOf(T, Lock, Site);
  if (Key == 0)
    return; // recursive
  Thread::RecentOrder &R = T.Recent[Key / 2 % Thread::MaxRecent];
  if (__builtin_expect(R.Key == Key, 1))
    return used(R);
  takesInNewOrder(T, Key, R, Lock, Operation, Site);
}

void endLockOrders(Thread &T) noexcept {
  if (!T.HasOrders)
    return;
  const uint64_t Now = Clock::now();
  LockOrders::InUse.forEach([&](uint32_t I) {
    LockOrder &O = LockOrders::Table[I];
    if (O.ThreadStart == T.Start && O.Tid == T.Tid.load())
      O.ThreadEnd.store(Now, std::memory_order_relaxed);
  });
}

} // namespace gridlock::monitor

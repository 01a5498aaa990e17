// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/Contention.h"

#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/records/Writer.h"

namespace gridlock::monitor {

LockSite *LockSites::Table = nullptr;
UsedEntries<LockSites::Size> LockSites::InUse;

void startContention() noexcept {
  LockSites::Table = makeTable<LockSite>(LockSites::Size);
}

void forgetContention() noexcept {
  clearTable(LockSites::Table, LockSites::Size);
  LockSites::InUse.clear();
}

LockSite *lockSite(const void *Lock, uint64_t Site, Role Side,
                   const char *Operation, const gridlock_call &Call) noexcept {
  if (!LockSites::Table)
    return nullptr;
  const uint64_t Place = placeOf(Call, Site);
  LockSite *Found = findOrMake(
      LockSites::Table, LockSites::Size,
      hashOf(Lock, Place, static_cast<uint32_t>(Side)),
      [&](const LockSite &At) {
        return At.Lock == Lock && At.Place == Place && At.Side == Side;
      },
      [&](LockSite &At) {
        LockSites::InUse.add(&At - LockSites::Table);
        At.Side = Side;
        At.Lock = Lock;
        At.Site = Site;
        At.Place = Place;
        At.Operation = Operation;
      });
  if (!Found)
    lost("contended locks and their call sites (table full)");
  else if (!Found->StackClaimed.load(std::memory_order_relaxed) &&
           !Found->StackClaimed.exchange(true))
    Found->Stack.store(takeOwnStack(Call), std::memory_order_release);
  return Found;
}

void lookAtHolder(LockSite &S, uint32_t Owner) noexcept {
  // The thread is searched in a list: later only now and then.
  const uint64_t Looked = S.Call.Looked.load(std::memory_order_relaxed);
  if (Looked >= 64 && S.Count.load(std::memory_order_relaxed) % 16 != 0)
    return;
  const Thread *Holder = threadOf(Owner);
  if (!Holder)
    return;
  S.Call.Looked.fetch_add(1, std::memory_order_relaxed);
  PublishedCall Found;
  // It may have given the lock back and be in a call since.
  if (!readPublished(*Holder, Found) || !Holder->holds(S.Lock) ||
      Found.isOver(*Holder))
    return;
  S.Call.Count.fetch_add(1, std::memory_order_relaxed);
  if (S.Call.Claimed.load(std::memory_order_relaxed) ||
      S.Call.Claimed.exchange(true))
    return;
  if (TakenStack *Stack = S.Call.Stack.load(std::memory_order_relaxed))
    retakeStack(*Stack, Found.Innermost);
  else
    S.Call.Stack.store(takeOwnStack(Found.Innermost),
                       std::memory_order_relaxed);
  if (!S.Call.Arguments)
    S.Call.Arguments = make<ArgumentText>();
  if (S.Call.Arguments)
    describeArguments(Found.Outermost, *S.Call.Arguments);
  if (Found.isOver(*Holder)) // what was copied may be anything
    return S.Call.Claimed.store(false, std::memory_order_release);
  S.Call.Object = Found.Innermost.object;
  S.Call.Site = Found.Outermost.site;
  S.Call.Operation.store(Found.Outermost.operation, std::memory_order_release);
}

void holderWaited(LockSite &S, const HeldDetail &D) noexcept {
  S.Call.Count.fetch_add(1, std::memory_order_relaxed);
  S.Call.Total.fetch_add(D.Blocked, std::memory_order_relaxed);
  if (!raise(S.Call.Longest, D.Longest))
    return;
  // One holder at a time, but for readers: theirs may get mixed.
  S.Call.Object = D.Object;
  S.Call.Site = D.Site;
  S.Call.Operation.store(D.Operation, std::memory_order_release);
}

void waited(LockSite &S, uint32_t Tid, uint32_t Owner, uint64_t Time) noexcept {
  S.Total.fetch_add(Time, std::memory_order_relaxed);
  raise(S.Max, Time);
  S.Tid.store(Tid, std::memory_order_relaxed);
  if (Owner != 0)
    S.Other.store(Owner, std::memory_order_relaxed);
  S.Count.fetch_add(1, std::memory_order_release);
  GRIDLOCK_PROBE3(contention, S.Lock, Time, S.Operation);
}

} // namespace gridlock::monitor

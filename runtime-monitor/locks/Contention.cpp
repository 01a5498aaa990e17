// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/Contention.h"

#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/records/Writer.h"

namespace gridlock::monitor {

LockSite *LockSites::Table = nullptr;

void startContention() noexcept {
  LockSites::Table =
      static_cast<LockSite *>(sys::map(sizeof(LockSite) * LockSites::Size));
}

void forgetContention() noexcept {
  if (LockSites::Table) // all zero again
    sys::call(SYS_madvise, sys::address(LockSites::Table),
              sizeof(LockSite) * LockSites::Size, MADV_DONTNEED);
}

LockSite *lockSite(const void *Lock, uint64_t Site, Role Side,
                   const char *Operation) noexcept {
  if (!LockSites::Table)
    return nullptr;
  uint64_t Hash =
      (addressOf(Lock) * 0x9e3779b97f4a7c15u) ^ (Site * 0xc2b2ae3d27d4eb4fu);
  Hash =
      (Hash ^ (Hash >> 29)) * 0xbf58476d1ce4e5b9u + static_cast<uint32_t>(Side);
  for (uint32_t Probe = 0; Probe < 64; ++Probe) {
    LockSite &At =
        LockSites::Table[((Hash >> 7) + Probe) & (LockSites::Size - 1)];
    uint32_t State = At.State.load(std::memory_order_acquire);
    if (State == 0 && At.State.compare_exchange_strong(State, 1)) {
      At.Side = Side;
      At.Lock = Lock;
      At.Site = Site;
      At.Operation = Operation;
      At.State.store(2, std::memory_order_release);
      return &At;
    }
    while (State == 1)
      State = At.State.load(std::memory_order_acquire);
    if (At.Lock == Lock && At.Site == Site && At.Side == Side)
      return &At;
  }
  lost("contended locks and their call sites (table full)");
  return nullptr;
}

void keepStack(LockSite &S, const gridlock_call &Call) noexcept {
  if (!S.StackClaimed.load(std::memory_order_relaxed) &&
      !S.StackClaimed.exchange(true))
    S.Stack.store(takeOwnStack(Call), std::memory_order_release);
}

void waited(LockSite &S, uint32_t Tid, uint32_t Owner, uint64_t Time) noexcept {
  S.Total.fetch_add(Time, std::memory_order_relaxed);
  uint64_t Max = S.Max.load(std::memory_order_relaxed);
  while (Time > Max && !S.Max.compare_exchange_weak(Max, Time))
    ;
  S.Tid.store(Tid, std::memory_order_relaxed);
  if (Owner != 0)
    S.Other.store(Owner, std::memory_order_relaxed);
  S.Count.fetch_add(1, std::memory_order_release);
  GRIDLOCK_PROBE3(contention, S.Lock, Time, S.Operation);
}

} // namespace gridlock::monitor

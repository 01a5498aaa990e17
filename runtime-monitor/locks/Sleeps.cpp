// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/Sleeps.h"

#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/records/Writer.h"

namespace gridlock::monitor {

SleepSite *SleepSites::Table = nullptr;
UsedEntries<SleepSites::Size> SleepSites::InUse;

namespace {

constexpr auto Relaxed = std::memory_order_relaxed;

// Objects that live for one wait (futures, latches) would fill the table.
constexpr uint32_t ObjectsOfPlace = 16, StacksOfPlace = 2, Places = 1024;
std::atomic<uint32_t> OfPlace[Places];
constexpr unsigned MostStacks = 256;

// What is over sooner has not slept: the time asked for was over, or the call
// was refused.
constexpr uint64_t LeastSleep = 1000;
std::atomic<unsigned> Stacks{0};

SleepSite *siteOf(const void *Object, Role Side, const char *Operation,
                  uint64_t Site, const gridlock_call &Call,
                  const void *Above) noexcept {
  const uint64_t Place = placeAbove(Call, Site, Above);
  const auto Hash = [&](const void *Which) {
    return hashOf(Which, Place, static_cast<uint32_t>(Side));
  };
  std::atomic<uint32_t> &Known = OfPlace[Hash(nullptr) >> 32 & (Places - 1)];
  for (const void *Which : {Object, static_cast<const void *>(nullptr)})
    if (SleepSite *S = findOrMake(
            SleepSites::Table, SleepSites::Size, Hash(Which),
            [&](const SleepSite &At) {
              return At.Object == Which && At.Place == Place && At.Side == Side;
            },
            [&](SleepSite &At) {
              SleepSites::InUse.add(&At - SleepSites::Table);
              At.Side = Side;
              At.Object = Which;
              At.Site = Site;
              At.Place = Place;
              At.Operation = Operation;
              if (Known.fetch_add(1, Relaxed) < StacksOfPlace &&
                  Stacks.fetch_add(1, Relaxed) < MostStacks)
                At.Stack.store(takeOwnStack(Call), Relaxed);
            },
            [&] { return !Which || Known.load(Relaxed) < ObjectsOfPlace; }))
      return S;
  lost("waits for semaphores, conditions and futexes (table full)");
  return nullptr;
}

} // namespace

void startSleeps() noexcept {
  if (TheOptions.Locks)
    SleepSites::Table = makeTable<SleepSite>(SleepSites::Size);
}

void forgetSleeps() noexcept {
  clearTable(SleepSites::Table, SleepSites::Size);
  SleepSites::InUse.clear();
  zero(OfPlace);
}

void SleepScope::begin(const void *Object, const void *Above) noexcept {
  Entry = nullptr;
  Thread *T = caller();
  // Inside another call it is that one's own.
  if (!T || T->Inside || outer || !SleepSites::Table)
    return;
  InsideMonitor Guard(*T);
  Entry = siteOf(Object, Role::Waiter, operation, site, *this, Above);
  if (Entry)
    Since = start != 0 ? start : Clock::now();
}

void SleepScope::end() const noexcept {
  const uint64_t Time = Clock::now() - Since;
  if (Time < LeastSleep)
    return;
  Entry->Total.fetch_add(Time, Relaxed);
  if (raise(Entry->Max, Time)) {
    Entry->Tid.store(caller()->Tid.load(Relaxed), Relaxed);
    Entry->Ended.store(Ended, Relaxed);
  }
  if (AnyProcess)
    Entry->AnyProcess.fetch_add(1, Relaxed);
  Entry->Count.fetch_add(1, std::memory_order_release);
  GRIDLOCK_PROBE3(sleep, Entry->Object, Time, Entry->Operation);
}

void tellWoken(const void *Object, const char *Operation, const void *Site,
               const void *Above) noexcept {
  // Not attached here: this may be a signal handler's sem_post.
  Thread *T = Self;
  if (!T || T->Inside || T->Call.load(Relaxed) || !SleepSites::Table)
    return;
  gridlock_call Call;
  GRIDLOCK_CAPTURE(&Call);
  InsideMonitor Guard(*T);
  SleepSite *S =
      siteOf(Object, Role::Holder, Operation, addressOf(Site), Call, Above);
  if (!S)
    return;
  S->Tid.store(T->Tid.load(Relaxed), Relaxed);
  S->Count.fetch_add(1, std::memory_order_release);
}

} // namespace gridlock::monitor

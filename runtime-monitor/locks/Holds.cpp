// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/Holds.h"

#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/locks/LockedCalls.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>

namespace gridlock::monitor {

HoldSite *HoldSites::Table = nullptr;
UsedEntries<HoldSites::Size> HoldSites::InUse;

namespace {

constexpr auto Relaxed = std::memory_order_relaxed;

// Locks that are chosen from a large table would fill ours.
constexpr uint32_t LocksOfPlace = 64, Places = 1024;
std::atomic<uint32_t> OfPlace[Places];

// Stacks are kept of holds that are worth looking at: of one that is twice as
// long as the last one kept.
constexpr uint64_t LeastShown = 1000000;
constexpr unsigned MostStacks = 256;
std::atomic<unsigned> Stacks{0};

// As many blocks of each size as the first one has.
constexpr uint32_t BlocksOfSize = 16;

uint32_t draw(Thread &T, uint32_t Below) noexcept { // a power of two
  T.Random ^= T.Random << 13;
  T.Random ^= T.Random >> 7;
  T.Random ^= T.Random << 17;
  return static_cast<uint32_t>(T.Random >> 32) & (Below - 1);
}

// The next acquisition to be timed: one of the next block's.
void drawNext(Thread &T) noexcept {
  if (!HoldSites::Table) { // as late as can be
    T.Holding &= 0xff;
    return;
  }
  const uint32_t Rest = T.Block - T.Drawn;
  if (++T.Blocks == BlocksOfSize && T.Block * 2 <= TheOptions.HoldEvery) {
    T.Block *= 2;
    T.Blocks = 0;
  }
  T.Drawn = draw(T, T.Block);
  constexpr uint32_t One = Thread::OneMore & ~Thread::HeldBits;
  T.Holding =
      (T.Holding & 0xff) + (Thread::TimeNext - (Rest + T.Drawn - 1) * One);
}

} // namespace

void startHolds() noexcept {
  if (TheOptions.Locks && TheOptions.HoldEvery != 0)
    HoldSites::Table = makeTable<HoldSite>(HoldSites::Size);
}

void forgetHolds() noexcept {
  clearTable(HoldSites::Table, HoldSites::Size);
  HoldSites::InUse.clear();
  zero(OfPlace);
}

HoldSite *HoldStart::find(Thread &T, const void *Lock, const char *Operation,
                          uint64_t Site) noexcept {
  if (!HoldSites::Table || T.Inside)
    return nullptr;
  InsideMonitor Guard(T);
  gridlock_call Call;
  GRIDLOCK_CAPTURE(&Call);
  const uint64_t Place = placeOf(Call, Site);
  std::atomic<uint32_t> &Known =
      OfPlace[hashOf(nullptr, Place, 0) >> 32 & (Places - 1)];
  for (const void *Which : {Lock, static_cast<const void *>(nullptr)}) {
    const bool Room = !Which || Known.load(Relaxed) < LocksOfPlace;
    if (HoldSite *S = findOrMake(
            HoldSites::Table, HoldSites::Size, hashOf(Which, Place, 0),
            [&](const HoldSite &At) {
              return At.Lock == Which && At.Place == Place;
            },
            [&](HoldSite &At) {
              HoldSites::InUse.add(&At - HoldSites::Table);
              At.Lock = Which;
              At.Site = Site;
              At.Place = Place;
              At.Operation = Operation;
              if (Place != Site && Stacks.fetch_add(1, Relaxed) < MostStacks)
                At.Stack.store(takeOwnStack(Call), Relaxed);
              Known.fetch_add(1, Relaxed);
            },
            [&] { return Room; }))
      return S;
  }
  lost("hold times of locks (table full)");
  return nullptr;
}

void HoldStart::begin(Thread &T) const noexcept {
  const uint64_t Weight = T.Block;
  drawNext(T);
  const uint32_t At = T.heldCount() - 1;
  if (!Timed || At >= Thread::MaxDetails)
    return;
  T.Details[At] = {};
  T.Details[At].Timed = Timed;
  T.Details[At].Weight = Weight;
  T.Detailed = static_cast<uint8_t>(T.Detailed | 1u << At);
  T.Holding |= Thread::LookCloser;
  T.Details[At].Start = Clock::now();
}

HeldDetail HoldEnd::detailOf(const Thread &T, int Place) noexcept {
  return Place >= 0 && T.Detailed >> std::min(Place, 31) & 1 ? T.Details[Place]
                                                             : HeldDetail{};
}

HoldEnd::HoldEnd(Thread &T, int Place) noexcept
    : Detail(detailOf(T, Place)),
      Time(Detail.Timed ? Clock::now() - Detail.Start : 0) {
  T.drop(Place);
}

HoldEnd::HoldEnd(Thread &T, const void *Lock) noexcept
    : HoldEnd(T, T.placeOf(Lock)) {}

void HoldEnd::tell(Thread &T, const gridlock_call *Call) const noexcept {
  if (!Detail.Timed)
    return;
  HoldSite &S = *Detail.Timed;
  S.Samples.fetch_add(1, Relaxed);
  S.Count.fetch_add(Detail.Weight, Relaxed);
  S.Total.fetch_add(Detail.Weight * Time, Relaxed);
  S.Buckets[HoldTimes::index(Time)].fetch_add(Detail.Weight, Relaxed);
  if (raise(S.Max, Time))
    S.Tid.store(T.Tid.load(Relaxed), Relaxed);
  uint64_t Shown = S.Shown.load(Relaxed);
  if (Time < std::max(LeastShown, 2 * Shown) || !Call || T.Inside ||
      !S.Shown.compare_exchange_strong(Shown, Time, Relaxed) ||
      Stacks.fetch_add(1, Relaxed) >= MostStacks)
    return;
  InsideMonitor Guard(T);
  if (TakenStack *Stack = takeOwnStack(*Call))
    S.Stack.store(Stack, std::memory_order_release);
}

void calledWhileHolding(Thread &T, const gridlock_call &Call,
                        uint64_t Duration) noexcept {
  for (uint32_t I = 0; I < T.heldCount() && I < Thread::MaxDetails; ++I) {
    HeldDetail &D = T.Details[I];
    if (!(T.Detailed >> I & 1))
      D = {};
    T.Detailed = static_cast<uint8_t>(T.Detailed | 1u << I);
    D.Blocked += Duration;
    if (LockedCall *Long = calledLong(T, T.Held[I], Call, Duration))
      D.Long = Long;
    if (D.Operation && Duration <= D.Longest)
      continue;
    D.Operation = Call.operation;
    D.Object = Call.object;
    D.Site = Call.site;
    D.Longest = Duration;
  }
  T.Holding |= Thread::LookCloser;
}

} // namespace gridlock::monitor

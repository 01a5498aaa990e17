// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/locks/LockedCalls.h"

#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/records/Writer.h"

namespace gridlock::monitor {

LockedCall LockedCalls::Table[Size];
std::atomic<bool> LockedCalls::Any{false};

namespace {

constexpr auto Relaxed = std::memory_order_relaxed;

/// The object of other calls is a lock.
bool waitsForLock(const gridlock_call &Call) noexcept {
  return Call.object && Call.operation != Operation.pthread_join;
}

} // namespace

LockedCall *calledLong(Thread &T, const HeldLock &H, const gridlock_call &Call,
                       uint64_t Duration) noexcept {
  if (__builtin_expect(Duration < TheOptions.BlockMs * 1000000, 1) ||
      waitsForLock(Call) || T.Inside)
    return nullptr;
  InsideMonitor Guard(T);
  const uint64_t Place = placeOf(Call, Call.site);
  LockedCall *C = findOrMake(
      LockedCalls::Table, LockedCalls::Size,
      hashOf(H.Lock, Place ^ addressOf(Call.operation), 0),
      [&](const LockedCall &At) {
        return At.Lock == H.Lock && At.Place == Place &&
               At.Operation == Call.operation;
      },
      [&](LockedCall &At) {
        At.Lock = H.Lock;
        At.Site = Call.site;
        At.Place = Place;
        At.Operation = Call.operation;
        At.Stack.store(takeOwnStack(Call), Relaxed);
        LockedCalls::Any.store(true, Relaxed);
      });
  if (!C) {
    lost("calls that block while a lock is held (table full)");
    return nullptr;
  }
  C->Count.fetch_add(1, Relaxed);
  C->Total.fetch_add(Duration, Relaxed);
  C->Taken.store(H.Site & ~Taking::All, Relaxed);
  if (raise(C->Max, Duration)) {
    C->Tid.store(T.Tid.load(Relaxed), Relaxed);
    ArgumentText Arguments;
    describeArguments(Call, Arguments);
    C->Longest.set(Arguments);
  }
  return C;
}

void forgetLockedCalls() noexcept {
  if (!LockedCalls::Any.load(Relaxed))
    return;
  for (LockedCall &C : LockedCalls::Table) {
    for (auto *Count : {&C.Count, &C.Total, &C.Max, &C.Waited})
      Count->store(0, Relaxed);
    C.Written = 0;
    if (TakenStack *Stack = C.Stack.load(Relaxed))
      Stack->Written = false;
  }
}

} // namespace gridlock::monitor

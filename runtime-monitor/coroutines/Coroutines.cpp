// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/coroutines/Coroutines.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/records/Writer.h"

namespace gridlock::monitor {

CoroutineSite Coroutines::SiteTable[Sites];
CoroutineEvent Coroutines::EventTable[Events];
std::atomic<bool> Coroutines::Any{false};

namespace {

constexpr uint64_t Magic = 0x6f72636b636f6c67; // a coroutine that is there

constexpr auto Relaxed = std::memory_order_relaxed;

// What is left over on the stack may make many places of one.
constexpr uint32_t CreationsOfSite = 64, CreationSites = 256;
std::atomic<uint32_t> CreationsOf[CreationSites];
std::atomic<uint32_t> Creations{0};

uint64_t mixed(uint64_t A, uint64_t B) noexcept {
  return (A ^ B * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
}

CoroutineSite *siteOf(const gridlock_coroutine &C) noexcept {
  return static_cast<CoroutineSite *>(C.site);
}

uint32_t idOf(const CoroutineSite *S) noexcept {
  return static_cast<uint32_t>(S - Coroutines::SiteTable) + 1;
}

CoroutineEvent *event(RecordKind Kind, const gridlock_coroutine &C,
                      uint64_t Place, uint32_t Line, uint64_t Lock,
                      const gridlock_call &Call) noexcept {
  const uint32_t Coroutine = idOf(siteOf(C));
  CoroutineEvent *E = findOrMake(
      Coroutines::EventTable, Coroutines::Events,
      mixed(mixed(Place, Line), Coroutine + static_cast<uint32_t>(Kind) * 8191),
      [&](const CoroutineEvent &E) {
        return E.Kind == Kind && E.Coroutine == Coroutine && E.Place == Place &&
               E.Line == Line;
      },
      [&](CoroutineEvent &E) {
        E.Kind = Kind;
        E.Coroutine = Coroutine;
        E.Place = Place;
        E.Line = Line;
        E.Lock = Lock;
        E.Tid = static_cast<uint32_t>(sys::threadId());
        E.Stack.store(takeOwnStack(Call), std::memory_order_relaxed);
      });
  if (!E)
    lost("places of dropped tasks or of locks held across suspensions");
  else
    E->Count.fetch_add(1, Relaxed);
  return E;
}

void suspensionBegins(Thread &T, gridlock_coroutine &C) noexcept {
  if (T.SuspendingCount < Thread::MaxSuspending)
    T.Suspending[T.SuspendingCount++] = &C;
}

/// C may be gone; ends of what never began come as well.
void suspensionEnds(Thread &T, const gridlock_coroutine *C) noexcept {
  const uint32_t N = T.SuspendingCount;
  if (N != 0 && T.Suspending[N - 1] == C)
    --T.SuspendingCount;
}

/// What awaits the coroutine that starts now, or null.
gridlock_coroutine *awaiterOf(const Thread &T,
                              const gridlock_coroutine &C) noexcept {
  gridlock_coroutine *Awaiter = T.Awaiting;
  if (Awaiter && T.Target && T.Target != C.frame)
    Awaiter = nullptr;
  if (const uint32_t N = T.SuspendingCount; !Awaiter && N != 0)
    Awaiter = T.Suspending[N - 1];
  return Awaiter == &C ? nullptr : Awaiter;
}

void stepEnds(Thread &T, gridlock_coroutine &C, uint32_t Line) noexcept {
  CoroutineSite &S = *siteOf(C);
  const uint64_t Now = Clock::now(); // since is never 0, so maybe 1 late
  const uint64_t Time = Now > C.since ? Now - C.since : 0;
  C.since = 0;
  S.Steps.fetch_add(1, Relaxed);
  S.Total.fetch_add(Time, Relaxed);
  if (__builtin_expect(Time >= TheOptions.ThresholdMs * 1000000, 0) &&
      T.BusySince.load(Relaxed) == 0) // else it is the loop's stall
    S.Slow.fetch_add(1, Relaxed);
  uint64_t Max = S.Max.load(Relaxed);
  while (Time > Max && !S.Max.compare_exchange_weak(Max, Time, Relaxed))
    ;
  if (Time > Max) {
    S.From.store(C.at, Relaxed);
    S.To.store(Line, Relaxed);
  }
  S.Last.store(Line, Relaxed);
  C.at = Line;
  if (T.Running.load(Relaxed) == &C)
    T.Running.store(C.outer, std::memory_order_release);
}

} // namespace

void readChain(const Thread &T, CoroutineChain &Chain) noexcept {
  gridlock_coroutine C;
  const gridlock_coroutine *At = T.Running.load(std::memory_order_acquire);
  Chain.Count = 0;
  while (At && Chain.Count < CoroutineChain::Most &&
         sys::copyMemory(&C, addressOf(At), sizeof C) == sizeof C &&
         C.magic == Magic) {
    Chain.Links[Chain.Count++] = {C.function, C.file, C.at};
    At = C.parent ? C.parent : C.outer;
  }
}

void readCallback(const Thread &T, CoroutineChain &Chain) noexcept {
  gridlock_callback C;
  const gridlock_callback *At = T.Callback.load(std::memory_order_acquire);
  Chain.Count = 0;
  if (At && sys::copyMemory(&C, addressOf(At), sizeof C) == sizeof C)
    Chain = {2, {{C.name, C.file, C.line}, {C.object, C.function, C.created}}};
}

void forgetCoroutines() noexcept {
  if (!Coroutines::Any.load(Relaxed))
    return;
  for (CoroutineSite &S : Coroutines::SiteTable) {
    for (auto *Count : {&S.Created, &S.Started, &S.Finished, &S.Destroyed,
                        &S.Steps, &S.Total, &S.Max, &S.Slow})
      Count->store(0, Relaxed);
    S.Written = 0;
  }
  for (CoroutineEvent &E : Coroutines::EventTable) {
    E.Count.store(0, Relaxed);
    E.Written = 0;
    if (TakenStack *Stack = E.Stack.load(Relaxed))
      Stack->Written = false;
  }
}

} // namespace gridlock::monitor

using namespace gridlock::monitor;

#define API extern "C" __attribute__((visibility("default")))

API void gridlock_coroutine_created(gridlock_coroutine *C, const char *Function,
                                    const char *File, uint32_t Line) {
  if (!Ready.load(Relaxed))
    return;
  CoroutineSite *S = findOrMake(
      Coroutines::SiteTable, Coroutines::Sites,
      mixed(addressOf(Function), Line),
      [&](const CoroutineSite &S) {
        return S.Function == Function && S.File == File && S.Line == Line;
      },
      [&](CoroutineSite &S) {
        S.Function = Function;
        S.File = File;
        S.Line = Line;
      });
  if (!S)
    return lost("coroutine functions (more than the table holds)");
  C->site = S;
  C->function = Function;
  C->file = File;
  C->line = C->at = Line;
  C->magic = Magic;
  S->Created.fetch_add(1, Relaxed);
  Coroutines::Any.store(true, Relaxed);
  Watchdog::start();
}

API uint32_t gridlock_callback_created(gridlock_call *Call, const void *Site) {
  Thread *T = currentThread();
  if (!T || T->Inside)
    return 0;
  InsideMonitor Guard(*T);
  const uint64_t Place = placeOfCreation(*Call, addressOf(Site));
  std::atomic<uint32_t> &Known =
      CreationsOf[mixed(addressOf(Site), 1) >> 32 & (CreationSites - 1)];
  CoroutineEvent *E = findOrMake(
      Coroutines::EventTable, Coroutines::Events, mixed(Place, 1),
      [&](const CoroutineEvent &E) {
        return E.Kind == RecordKind::Created && E.Place == Place;
      },
      [&](CoroutineEvent &E) {
        Known.fetch_add(1, Relaxed);
        Creations.fetch_add(1, Relaxed);
        E.Kind = RecordKind::Created;
        E.Place = Place;
        E.Tid = T->Tid.load(Relaxed);
        E.Stack.store(takeOwnStack(*Call), Relaxed);
        E.Count.store(1, Relaxed);
        Coroutines::Any.store(true, Relaxed);
      },
      [&] {
        return Known.load(Relaxed) < CreationsOfSite &&
               Creations.load(Relaxed) < Coroutines::Events / 2;
      });
  return E ? static_cast<uint32_t>(E - Coroutines::EventTable) + 1 : 0;
}

API void gridlock_coroutine_resumed(gridlock_coroutine *C) {
  Thread *T = currentThread();
  if (!C->site || !T)
    return;
  CoroutineSite &S = *siteOf(*C);
  if (!C->started) {
    C->started = 1;
    S.Started.fetch_add(1, Relaxed);
    C->parent = awaiterOf(*T, *C);
  } else {
    suspensionEnds(*T, C); // left by an exception
  }
  T->Awaiting = nullptr;
  if (C->held != 0) { // at its suspension; who resumes it gives the lock back
    if (C->moved != 0 && C->held != T->Tid.load(Relaxed))
      Coroutines::EventTable[C->moved - 1].Moved.fetch_add(1, Relaxed);
    C->moved = 0;
  }
  C->held = T->heldCount();
  C->outer = T->Running.load(Relaxed);
  C->since = Clock::now() | 1;
  T->Running.store(C, std::memory_order_release);
}

API uint32_t gridlock_coroutine_suspends(gridlock_coroutine *C, uint32_t Line,
                                         int Final) {
  Thread *T = currentThread();
  if (!C->site || !T || C->since == 0)
    return 0;
  stepEnds(*T, *C, Line);
  const uint32_t Held = T->heldCount() > C->held ? T->heldCount() - C->held : 0;
  C->held = 0;
  if (Final) {
    C->finished = 1;
    siteOf(*C)->Finished.fetch_add(1, Relaxed);
    return 0;
  }
  T->Awaiting = C;
  T->Target = nullptr;
  suspensionBegins(*T, *C);
  return Held;
}

API void gridlock_coroutine_suspended(const void *Target,
                                      const gridlock_coroutine *Which) {
  Thread *T = currentThread();
  if (!T)
    return;
  suspensionEnds(*T, Which);
  T->Target = Target == Which ? nullptr : Target;
  if (!Target)
    T->Awaiting = nullptr;
}

API void gridlock_coroutine_holds(gridlock_coroutine *C, gridlock_call *Call) {
  Thread *T = currentThread();
  if (!T || T->Inside || T->heldCount() == 0)
    return;
  InsideMonitor Guard(*T);
  const HeldLock &H = T->Held[T->heldCount() - 1];
  GRIDLOCK_PROBE2(suspension, C->function, H.Lock);
  if (CoroutineEvent *E =
          event(RecordKind::Suspension, *C, H.Site & ~Taking::All, C->at,
                addressOf(H.Lock), *Call)) {
    C->moved = static_cast<uint32_t>(E - Coroutines::EventTable) + 1;
    C->held = T->Tid.load(Relaxed);
  }
}

API void gridlock_coroutine_destroyed(gridlock_coroutine *C,
                                      gridlock_call *Call) {
  if (C->magic != Magic)
    return;
  C->magic = 0;
  Thread *T = currentThread();
  if (!T || !Ready.load(Relaxed))
    return;
  CoroutineSite &S = *siteOf(*C);
  if (C->since != 0) {
    stepEnds(*T, *C, C->at); // it ended without a suspension
    C->finished = 1;
    S.Finished.fetch_add(1, Relaxed);
  }
  if (T->Running.load(Relaxed) == C)
    T->Running.store(C->outer, std::memory_order_release);
  if (T->Awaiting == C)
    T->Awaiting = nullptr;
  if (!C->finished)
    S.Destroyed.fetch_add(1, Relaxed);
  // What an exception throws away nobody forgot to await.
  if (C->started || T->Inside || C->unwinding)
    return;
  GRIDLOCK_PROBE1(unawaited, C->function);
  InsideMonitor Guard(*T);
  event(RecordKind::Unawaited, *C, C->created, C->line, 0, *Call);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/loops/Blocking.h"

#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Probes.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/coroutines/Coroutines.h"
#include "runtime-monitor/loops/Loops.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>

namespace gridlock::monitor {

namespace {

// Calls that don't block are many.
constexpr uint64_t Noticed = 50000;
// So many ns in calls are worth a reading of the CPU time.
constexpr uint64_t WorthReading = 1000000;

uint64_t significant(const Loop &L) noexcept { return L.Threshold / 10; }

/// Whether the stacks are of the same calls: different ones have different
/// return addresses in the same place somewhere. Now may end early.
bool sameCalls(TakenStack &Kept, const void *Now, size_t Size) noexcept {
  constexpr size_t Chunk = 64;
  const auto *Then = reinterpret_cast<const uint64_t *>(Kept.bytes());
  Size = std::min<size_t>(Size, Kept.Head.Size) / 8;
  for (size_t At = 0; At < Size; At += Chunk) {
    uint64_t Words[Chunk];
    const size_t Have =
        sys::copyMemory(Words, reinterpret_cast<uint64_t>(Now) + At * 8,
                        std::min(Chunk, Size - At) * 8) /
        8;
    for (size_t I = 0; I < Have; ++I)
      if (Then[At + I] != Words[I] && isCode(Then[At + I]) && isCode(Words[I]))
        return false;
  }
  return true;
}

struct Where {
  const char *Operation;
  uint64_t Site, Depth;
};

/// The entry of a call whose stack is at Now, or null: there are too many.
BlockSite *siteOf(Loop &L, const Where &At, const void *Now) noexcept {
  // More variants of one call site are only what is left over on the stack.
  constexpr unsigned MostVariants = 8;
  // The loop's frame is that of its wait: callbacks begin further up.
  const size_t Size =
      At.Depth == 0 ? 0 : std::min<uint64_t>(At.Depth + 1024, 4096);
  unsigned Variants = 0;
  for (BlockSite &B : L.Blocks.All) {
    const char *Of = B.Operation.load(std::memory_order_relaxed);
    if (!Of) {
      B.Site = At.Site;
      B.Depth = At.Depth;
      B.Id = LastLoopId.fetch_add(1, std::memory_order_relaxed) + 1;
      return &B;
    }
    if (Of != At.Operation || B.Site != At.Site || B.Depth != At.Depth)
      continue;
    TakenStack *Kept = B.Stack.load(std::memory_order_relaxed);
    if (!Kept || ++Variants == MostVariants || sameCalls(*Kept, Now, Size))
      return &B;
  }
  ++L.Blocks.Lost;
  return nullptr;
}

uint64_t depthOf(const Thread &T, const gridlock_call &Call) noexcept {
  const uint64_t Sp = Call.registers[1];
  return T.LoopFrame > Sp ? T.LoopFrame - Sp : 0; // 0: on another stack
}

void count(Loop &L, BlockSite &B, uint64_t Count, uint64_t Total, uint64_t Max,
           uint64_t OnCpu, const ArgumentText &Arguments) noexcept {
  if (B.Iteration != L.Iterations)
    B.OpenCount = B.OpenTotal = 0;
  B.Iteration = L.Iterations;
  B.Count += Count;
  B.Total += Total;
  if (Max > B.Max) {
    B.Max = Max;
    B.Longest.set(Arguments);
  }
  B.OnCpu += OnCpu;
  B.OpenCount += Count;
  B.OpenTotal += Total;
  L.Open.Counted += Total;
}

/// Calls shorter than block_ms: kept until the iteration ends.
void keep(const Thread &T, Loop &L, const gridlock_call &Call,
          uint64_t Duration) noexcept {
  OpenIteration &Open = L.Open;
  const uint64_t Depth = depthOf(T, Call);
  uint32_t I = 0;
  while (I < Open.ShortCount &&
         (Open.Shorts[I].Operation != Call.operation ||
          Open.Shorts[I].Site != Call.site || Open.Shorts[I].Depth != Depth))
    ++I;
  if (I == OpenIteration::MostShort)
    return; // so many kinds that none of them is to blame
  OpenIteration::Short &S = Open.Shorts[I];
  if (I == Open.ShortCount) {
    S = {Call.operation, Call.site, Depth, 0, 0, 0, 0, 0, {}, S.Stack};
    ++Open.ShortCount;
  }
  const bool WasLess = S.Total < significant(L);
  ++S.Count;
  S.Total += Duration;
  S.Unread += Duration;
  S.Max = std::max(S.Max, Duration);
  if (!WasLess || S.Total < significant(L))
    return;
  describeArguments(Call, S.Arguments);
  if (S.Stack)
    retakeStack(*S.Stack, Call); // left over from another iteration
  else
    S.Stack = takeOwnStack(Call);
}

} // namespace

static uint64_t cpuTime() noexcept {
  timespec Time{};
  sys::call(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, sys::address(&Time));
  return static_cast<uint64_t>(Time.tv_sec) * 1000000000u +
         static_cast<uint64_t>(Time.tv_nsec);
}

CpuReading CpuReading::now(uint64_t At, uint64_t Busy) noexcept {
  return {At, cpuTime(), Busy};
}

uint64_t CpuReading::offCpu(const CpuReading &Now) const noexcept {
  const uint64_t Spent = Now.Time - Time, All = Now.Busy - Busy;
  return All > Spent ? All - Spent : 0;
}

void OpenIteration::readCpu(const Loop &L, uint64_t Now) noexcept {
  Begin = Last = CpuReading::now(Now, L.Busy);
  Unread = 0;
}

uint64_t OpenIteration::settle(const CpuReading &Now,
                               uint64_t Duration) noexcept {
  const uint64_t All = Unread + Duration;
  const uint64_t Off = std::min(Last.offCpu(Now), All);
  const auto ShareOf = [&](uint64_t Part) {
    return All == 0 ? 0
                    : static_cast<uint64_t>(
                          static_cast<unsigned __int128>(Off) * Part / All);
  };
  for (uint32_t I = 0; I < ShortCount; ++I) {
    Shorts[I].OnCpu += Shorts[I].Unread - ShareOf(Shorts[I].Unread);
    Shorts[I].Unread = 0;
  }
  Last = Now;
  Unread = 0;
  return ShareOf(Duration);
}

void blockingCallEnded(Thread &T, const gridlock_call &Call, uint64_t Duration,
                       bool Over) noexcept {
  Loop *L = T.Current.load(std::memory_order_relaxed);
  if (!L || T.Inside)
    return;
  L->Open.Blocked += Duration;
  if (Duration < Noticed)
    return;
  InsideMonitor Guard(T);
  const bool Counts = Duration >= TheOptions.BlockMs * 1000000;
  if (!Counts) {
    keep(T, *L, Call, Duration);
    L->Open.Unread += Duration;
    if (L->Open.Unread < WorthReading)
      return;
  }
  const uint64_t End = Call.start + Duration;
  const CpuReading Now = CpuReading::now(
      End, L->Busy + End - T.BusySince.load(std::memory_order_relaxed));
  const uint64_t OffCpu = L->Open.settle(Now, Counts ? Duration : 0);
  if (!Counts)
    return;
  GRIDLOCK_PROBE3(block, L->Tid, Duration, Call.operation);
  BlockSite *B = siteOf(*L, {Call.operation, Call.site, depthOf(T, Call)},
                        reinterpret_cast<const void *>(Call.registers[1]));
  if (!B)
    return;
  ArgumentText Arguments;
  if (Duration > B->Max)
    describeArguments(Call, Arguments);
  count(*L, *B, 1, Duration, Duration, Duration - OffCpu, Arguments);
  B->Unfinished = !Over;
  if (B->Operation.load(std::memory_order_relaxed))
    return;
  B->Stack.store(takeOwnStack(Call), std::memory_order_relaxed);
  if (T.Running.load(std::memory_order_relaxed) &&
      (B->Coroutines = make<CoroutineChain>()))
    readChain(T, *B->Coroutines);
  if (T.Callback.load(std::memory_order_relaxed) &&
      (B->Callback = make<CoroutineChain>()))
    readCallback(T, *B->Callback);
  B->Operation.store(Call.operation, std::memory_order_release);
}

void callbackEnded(Thread &T, uint64_t Duration) noexcept {
  if (Loop *L = T.Current.load(std::memory_order_relaxed)) {
    ++L->Open.Callbacks;
    L->Open.Longest = std::max(L->Open.Longest, Duration);
  }
}

void countShortCalls(Loop &L, uint64_t Now, uint64_t Busy) noexcept {
  if (L.Open.Unread != 0)
    L.Open.settle(CpuReading::now(Now, Busy), 0);
  for (uint32_t I = 0; I < L.Open.ShortCount; ++I) {
    OpenIteration::Short &S = L.Open.Shorts[I];
    if (S.Total < significant(L))
      continue;
    const void *Stack = S.Stack ? S.Stack->bytes() : nullptr;
    BlockSite *B = siteOf(L, {S.Operation, S.Site, Stack ? S.Depth : 0}, Stack);
    if (!B)
      continue;
    count(L, *B, S.Count, S.Total, S.Max, S.OnCpu, S.Arguments);
    if (B->Operation.load(std::memory_order_relaxed))
      continue;
    B->Stack.store(S.Stack, std::memory_order_relaxed);
    S.Stack = nullptr;
    B->Operation.store(S.Operation, std::memory_order_release);
  }
}

} // namespace gridlock::monitor

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/records/Snapshot.h"

#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/coroutines/Coroutines.h"
#include "runtime-monitor/locks/Contention.h"
#include "runtime-monitor/locks/Holds.h"
#include "runtime-monitor/locks/LockedCalls.h"
#include "runtime-monitor/locks/Order.h"
#include "runtime-monitor/locks/Sleeps.h"
#include "runtime-monitor/loops/Loops.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>
#include <fcntl.h>

namespace gridlock::monitor {

namespace {

Lock SnapshotLock;

// Both with their final zeros; a name is a constant of the program's, which may
// have unloaded it.
template <size_t N>
void addName(Text<N> &To, const char *Function, const char *File) noexcept {
  for (const char *From : {Function, File}) {
    char Part[480];
    const size_t Have = sys::copyMemory(Part, reinterpret_cast<uint64_t>(From),
                                        sizeof Part - 1);
    Part[Have] = 0;
    To.append(Part, std::strlen(Part) + 1);
  }
}

template <size_t N> void copy(char (&To)[N], const char *From) noexcept {
  size_t Size = std::min(std::strlen(From), N - 1);
  std::memcpy(To, From, Size);
}

void writeStack(RecordKind Of, uint32_t Id,
                const std::atomic<TakenStack *> &Slot) noexcept {
  TakenStack *Stack = Slot.load(std::memory_order_acquire);
  if (!Stack || Stack->Written)
    return;
  Stack->Written = true;
  monitor::writeStack(Of, Id, Stack->Head, Stack->bytes());
}

void writeBlocks(Loop &L) noexcept {
  for (BlockSite &B : L.Blocks.All) {
    const char *Operation = B.Operation.load(std::memory_order_acquire);
    if (!Operation)
      return;
    BlockRecord R{};
    R.Id = B.Id;
    R.Loop = L.Id;
    R.Tid = L.Tid;
    copy(R.Operation, Operation);
    R.Site = B.Site;
    R.Count = B.Count;
    R.Total = B.Total;
    R.Max = B.Max;
    R.OnCpu = B.OnCpu;
    R.Unfinished = B.Unfinished;
    if (B.Iteration == L.Iterations) {
      R.OpenCount = B.OpenCount;
      R.OpenTotal = B.OpenTotal;
    }
    writeRecord(RecordKind::Block, {&R, sizeof R});
    if (ArgumentText Arguments; B.Longest.get(Arguments))
      writeArguments(RecordKind::Block, B.Id, Arguments);
    if (!B.ChainsWritten && B.Coroutines)
      writeChain(RecordKind::Chain, RecordKind::Block, B.Id, *B.Coroutines);
    if (!B.ChainsWritten && B.Callback)
      writeChain(RecordKind::Callback, RecordKind::Block, B.Id, *B.Callback);
    B.ChainsWritten = true;
    writeStack(RecordKind::Block, B.Id, B.Stack);
  }
  if (L.Blocks.Lost != 0)
    lost("blocking calls (too many call sites in one loop)", L.Blocks.Lost);
  L.Blocks.Lost = 0;
}

// A hold or an idle worker's wait is no news by itself; what has grown by an
// eighth is.
template <class Site>
bool isNews(const Site &S, const std::atomic<uint64_t> &Count,
            Occasion Why) noexcept {
  const uint64_t Grown = Count.load(std::memory_order_acquire) - S.Written;
  return Grown > (Why == Occasion::Regular ? S.Written / 8 : 0) &&
         S.State.load(std::memory_order_acquire) == 2;
}

void writeHolds(Occasion Why) noexcept {
  static WideBucket Buckets[HoldTimes::Size]; // guarded by SnapshotLock
  HoldSites::InUse.forEach([&](uint32_t I) {
    HoldSite &S = HoldSites::Table[I];
    if (!isNews(S, S.Samples, Why))
      return;
    HoldRecord R{};
    R.Id = I + 1;
    R.Tid = S.Tid.load(std::memory_order_relaxed);
    R.Lock = reinterpret_cast<uint64_t>(S.Lock);
    R.Site = S.Site & ~Taking::All;
    R.Shared = (S.Site & Taking::Shared) != 0;
    R.Samples = S.Written = S.Samples.load(std::memory_order_relaxed);
    R.Count = S.Count.load(std::memory_order_relaxed);
    R.Total = S.Total.load(std::memory_order_relaxed);
    R.Max = S.Max.load(std::memory_order_relaxed);
    copy(R.Operation, S.Operation);
    for (uint32_t B = 0; B < HoldTimes::Size; ++B)
      if (const uint64_t Count = S.Buckets[B].load(std::memory_order_relaxed))
        Buckets[R.Buckets++] = {B, 0, Count};
    writeRecord(RecordKind::Hold, {&R, sizeof R},
                {Buckets, R.Buckets * sizeof(WideBucket)});
    writeStack(RecordKind::Hold, R.Id, S.Stack);
  });
}

void writeSleeps(Occasion Why) noexcept {
  SleepSites::InUse.forEach([&](uint32_t I) {
    SleepSite &S = SleepSites::Table[I];
    if (!isNews(S, S.Count, Why))
      return;
    SleepRecord R{};
    R.Id = I + 1;
    R.Side = S.Side;
    R.Object = reinterpret_cast<uint64_t>(S.Object);
    R.Site = S.Site;
    R.Place = S.Place;
    R.Count = S.Written = S.Count.load(std::memory_order_acquire);
    R.Total = S.Total.load(std::memory_order_relaxed);
    R.Max = S.Max.load(std::memory_order_relaxed);
    R.Tid = S.Tid.load(std::memory_order_relaxed);
    R.Ended = S.Ended.load(std::memory_order_relaxed);
    R.AnyProcess = S.AnyProcess.load(std::memory_order_relaxed);
    copy(R.Operation, S.Operation);
    writeRecord(RecordKind::Sleep, {&R, sizeof R});
    writeStack(RecordKind::Sleep, R.Id, S.Stack);
  });
}

void writeHolderCall(LockSite &S, uint32_t Id, uint64_t Count) noexcept {
  const char *Operation = S.Call.Operation.load(std::memory_order_acquire);
  if (!Operation)
    return;
  HolderCallRecord R{};
  R.Id = Id;
  R.Looked = S.Side == Role::Holder
                 ? Count
                 : S.Call.Looked.load(std::memory_order_relaxed);
  R.Count = S.Call.Count.load(std::memory_order_relaxed);
  R.Total = S.Call.Total.load(std::memory_order_relaxed);
  R.Longest = S.Call.Longest.load(std::memory_order_relaxed);
  R.Lock = reinterpret_cast<uint64_t>(S.Call.Object);
  R.Site = S.Call.Site;
  copy(R.Operation, Operation);
  writeRecord(RecordKind::HolderCall, {&R, sizeof R});
  if (S.Call.Arguments)
    writeArguments(RecordKind::HolderCall, Id, *S.Call.Arguments);
  writeStack(RecordKind::HolderCall, Id, S.Call.Stack);
}

void writeLockSites() noexcept {
  LockSites::InUse.forEach([&](uint32_t I) {
    LockSite &S = LockSites::Table[I];
    uint64_t Count = S.Count.load(std::memory_order_acquire);
    if (S.State.load(std::memory_order_acquire) != 2 || Count == S.Written)
      return;
    S.Written = Count;
    ContentionRecord R{};
    R.Id = I + 1;
    R.Side = S.Side;
    R.Lock = reinterpret_cast<uint64_t>(S.Lock);
    R.Site = S.Site;
    R.Count = Count;
    R.Total = S.Total.load(std::memory_order_relaxed);
    R.Max = S.Max.load(std::memory_order_relaxed);
    R.Tid = S.Tid.load(std::memory_order_relaxed);
    R.Other = S.Other.load(std::memory_order_relaxed);
    copy(R.Operation, S.Operation);
    writeRecord(RecordKind::Contention, {&R, sizeof R});
    writeStack(RecordKind::Contention, R.Id, S.Stack);
    writeHolderCall(S, R.Id, Count);
  });
}

void writeLockedCalls() noexcept {
  if (!LockedCalls::Any.load(std::memory_order_relaxed))
    return;
  for (uint32_t I = 0; I < LockedCalls::Size; ++I) {
    LockedCall &C = LockedCalls::Table[I];
    const uint64_t Waited = C.Waited.load(std::memory_order_acquire);
    if (C.State.load(std::memory_order_acquire) != 2 || C.Written == Waited)
      continue;
    C.Written = Waited;
    LockedCallRecord R{};
    R.Id = I + 1;
    R.Tid = C.Tid.load(std::memory_order_relaxed);
    R.Lock = reinterpret_cast<uint64_t>(C.Lock);
    R.Site = C.Site;
    R.Taken = C.Taken.load(std::memory_order_relaxed);
    R.Count = C.Count.load(std::memory_order_relaxed);
    R.Total = C.Total.load(std::memory_order_relaxed);
    R.Max = C.Max.load(std::memory_order_relaxed);
    R.Waited = Waited;
    copy(R.Operation, C.Operation);
    writeRecord(RecordKind::LockedCall, {&R, sizeof R});
    if (ArgumentText Arguments; C.Longest.get(Arguments))
      writeArguments(RecordKind::LockedCall, R.Id, Arguments);
    writeStack(RecordKind::LockedCall, R.Id, C.Stack);
  }
}

void writeLockOrders() noexcept {
  LockOrders::Fresh.store(0, std::memory_order_relaxed);
  LockOrders::InUse.forEach([&](uint32_t I) {
    LockOrder &O = LockOrders::Table[I];
    if (O.State.load(std::memory_order_acquire) != 2)
      return;
    uint64_t Last = O.Last.load(std::memory_order_relaxed);
    uint64_t End = O.ThreadEnd.load(std::memory_order_relaxed);
    if (O.Written == std::max(Last, End))
      return;
    O.Written = std::max(Last, End);
    OrderRecord R{};
    R.Id = I + 1;
    R.Tid = O.Tid;
    R.Lock = reinterpret_cast<uint64_t>(O.Lock);
    R.Site = O.Site & ~Taking::All;
    R.First = O.First;
    R.Last = Last;
    R.ThreadStart = O.ThreadStart;
    R.ThreadEnd = End;
    R.Shared = (O.Site & Taking::Shared) != 0;
    R.Held = O.HeldCount;
    copy(R.Operation, O.Operation);
    HeldRecord Held[LockOrder::MaxHeld] = {};
    for (uint32_t H = 0; H < O.HeldCount; ++H) {
      Held[H].Lock = reinterpret_cast<uint64_t>(O.Held[H].Lock);
      Held[H].Site = O.Held[H].Site & ~Taking::All;
      Held[H].Shared = (O.Held[H].Site & Taking::Shared) != 0;
    }
    writeRecord(RecordKind::Order, {&R, sizeof R},
                {Held, O.HeldCount * sizeof(HeldRecord)});
    writeStack(RecordKind::Order, R.Id, O.Stack);
  });
}

void writeCoroutines() noexcept {
  if (!Coroutines::Any.load(std::memory_order_relaxed))
    return;
  for (uint32_t I = 0; I < Coroutines::Sites; ++I) {
    CoroutineSite &S = Coroutines::SiteTable[I];
    const uint64_t Counts = S.counts();
    if (S.State.load(std::memory_order_acquire) != 2 || S.Written == Counts)
      continue;
    S.Written = Counts;
    CoroutineRecord R{};
    R.Id = I + 1;
    R.Line = S.Line;
    R.Created = S.Created.load(std::memory_order_relaxed);
    R.Started = S.Started.load(std::memory_order_relaxed);
    R.Finished = S.Finished.load(std::memory_order_relaxed);
    R.Destroyed = S.Destroyed.load(std::memory_order_relaxed);
    R.Steps = S.Steps.load(std::memory_order_relaxed);
    R.Total = S.Total.load(std::memory_order_relaxed);
    R.Max = S.Max.load(std::memory_order_relaxed);
    R.Slow = S.Slow.load(std::memory_order_relaxed);
    R.From = S.From.load(std::memory_order_relaxed);
    R.To = S.To.load(std::memory_order_relaxed);
    R.Last = S.Last.load(std::memory_order_relaxed);
    Text<1024> Names;
    addName(Names, S.Function, S.File);
    writeRecord(RecordKind::Coroutine, {&R, sizeof R},
                {Names.c_str(), Names.size()});
  }
  for (uint32_t I = 0; I < Coroutines::Events; ++I) {
    CoroutineEvent &E = Coroutines::EventTable[I];
    const uint64_t Count = E.Count.load(std::memory_order_acquire);
    if (E.State.load(std::memory_order_acquire) != 2 || E.Written == Count)
      continue;
    E.Written = Count;
    CoroutineEventRecord R{I + 1,   E.Coroutine, E.Line, E.Tid,
                           E.Place, E.Lock,      Count,  0};
    R.Moved = E.Moved.load(std::memory_order_relaxed);
    writeRecord(E.Kind, {&R, sizeof R});
    writeStack(E.Kind, R.Id, E.Stack);
  }
}

// The owner goes on counting meanwhile; a bucket too few or too many is no
// harm.
struct {
  LoopRecord Head;
  Bucket Buckets[Histogram::Size];
} Buffer;
Lock BufferLock;

} // namespace

void writeStack(RecordKind Of, uint32_t Id, const Snapshot &Head,
                const void *Bytes) noexcept {
  struct {
    StackRecord Record;
    Snapshot Head;
  } Parts{{Of, Id}, Head};
  writeRecord(RecordKind::Stack, {&Parts, sizeof Parts}, {Bytes, Head.Size});
}

void writeArguments(RecordKind Of, uint32_t Id,
                    const ArgumentText &Arguments) noexcept {
  const StackRecord R{Of, Id};
  if (const size_t Size = strnlen(Arguments.Bytes, sizeof Arguments.Bytes))
    writeRecord(RecordKind::Arguments, {&R, sizeof R}, {Arguments.Bytes, Size});
}

void threadName(uint32_t Tid, char (&To)[16]) noexcept {
  Text<64> Path;
  Path << "/proc/self/task/" << uint64_t{Tid} << "/comm";
  long Fd = sys::open(Path.c_str(), O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return;
  long N = sys::read(static_cast<int>(Fd), To, sizeof To - 1);
  sys::close(static_cast<int>(Fd));
  To[N > 0 ? N - 1 : 0] = 0; // without its newline
}

void writeLoop(Loop &L) noexcept {
  Locked Guard(BufferLock);
  LoopRecord &R = Buffer.Head;
  R = LoopRecord{};
  R.Id = L.Id;
  R.Tid = L.Tid;
  threadName(L.Tid, R.Thread);
  copy(R.Name, L.Name);
  copy(R.Wait, L.Wait);
  R.Site = L.Site;
  R.Iterations = L.Iterations;
  R.Busy = L.Busy;
  R.Idle = L.Idle;
  R.Max = L.Max;
  R.Stalls = L.Stalls;
  R.StallTime = L.StallTime;
  R.First = L.First;
  R.Last = L.Last;
  R.Ended = L.Ended;
  R.ThresholdMs = static_cast<uint32_t>(L.Threshold / 1000000);
  R.HeartbeatMs = static_cast<uint32_t>(TheOptions.HeartbeatMs);
  R.LagMs = static_cast<uint32_t>(TheOptions.LagMs);
  R.LateBeats = L.LateBeats;
  for (uint32_t I = 0; I < Histogram::Size; ++I)
    if (uint32_t Count = L.Times.Counts[I])
      Buffer.Buckets[R.Buckets++] = {I, Count};
  L.Written = R.Iterations;
  writeRecord(RecordKind::Loop, {&R, sizeof R},
              {Buffer.Buckets, R.Buckets * sizeof(Bucket)});
  writeStack(RecordKind::Loop, L.Id, L.Stack);
}

void writeChain(RecordKind Kind, RecordKind Of, uint32_t Id,
                const CoroutineChain &Chain) noexcept {
  if (Chain.Count == 0)
    return;
  Text<4096> Names;
  for (uint32_t I = 0; I < Chain.Count && Names.size() < 3000; ++I) {
    const ChainLink &L = Chain.Links[I];
    Names.append(reinterpret_cast<const char *>(&L.Line), sizeof L.Line);
    addName(Names, L.Function, L.File);
  }
  const StackRecord R{Of, Id};
  writeRecord(Kind, {&R, sizeof R}, {Names.c_str(), Names.size()});
}

bool somethingToWrite() noexcept {
  if (HoldSites::InUse.any([](uint32_t I) {
        const HoldSite &S = HoldSites::Table[I];
        return isNews(S, S.Samples, Occasion::Regular);
      }) ||
      SleepSites::InUse.any([](uint32_t I) {
        const SleepSite &S = SleepSites::Table[I];
        return isNews(S, S.Count, Occasion::Regular);
      }) ||
      LockSites::InUse.any([](uint32_t I) {
        const LockSite &S = LockSites::Table[I];
        return S.Count.load(std::memory_order_relaxed) != S.Written;
      }))
    return true;
  if (Coroutines::Any.load(std::memory_order_relaxed))
    for (const CoroutineSite &S : Coroutines::SiteTable)
      if (S.Written != S.counts())
        return true;
  if (LockOrders::Fresh.load(std::memory_order_relaxed) != 0)
    return true;
  for (Loop *L = AllLoops.load(std::memory_order_acquire); L; L = L->Next)
    if (L->Iterations != L->Written)
      return true;
  return false;
}

uint64_t writeSnapshot(Occasion Why) noexcept {
  const bool Last = Why == Occasion::Last;
  if (Last)
    SnapshotLock.acquire();
  else if (!SnapshotLock.tryAcquire())
    return 0;
  uint64_t Findings = 0;
  writeMaps();
  for (Loop *L = AllLoops.load(std::memory_order_acquire); L; L = L->Next) {
    for (const BlockSite &B : L->Blocks.All)
      Findings += B.Count;
    Findings += L->Stalls;
    if (L->Iterations == L->Written && !Last)
      continue;
    writeLoop(*L);
    writeBlocks(*L);
  }
  writeLockSites();
  writeHolds(Why);
  writeSleeps(Why);
  writeLockedCalls();
  writeLockOrders();
  writeCoroutines();
  writeLost();
  SnapshotLock.release();
  return Findings;
}

void resetSnapshot() noexcept {
  SnapshotLock.reset();
  BufferLock.reset();
}

} // namespace gridlock::monitor

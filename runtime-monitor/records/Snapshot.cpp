// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/records/Snapshot.h"

#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/locks/Contention.h"
#include "runtime-monitor/locks/Order.h"
#include "runtime-monitor/loops/Loops.h"
#include "runtime-monitor/records/Writer.h"

#include <algorithm>
#include <fcntl.h>

namespace gridlock::monitor {

namespace {

Lock SnapshotLock;

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
  struct {
    StackRecord Record;
    Snapshot Head;
  } Parts{{Of, Id}, Stack->Head};
  writeRecord(RecordKind::Stack, {&Parts, sizeof Parts},
              {Stack->Bytes, Stack->Head.Size});
}

void writeBlocks(Loop &L) noexcept {
  for (BlockSite &B : L.Blocks) {
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
    if (B.Iteration == L.Iterations) {
      R.OpenCount = B.OpenCount;
      R.OpenTotal = B.OpenTotal;
    }
    writeRecord(RecordKind::Block, {&R, sizeof R});
    writeStack(RecordKind::Block, B.Id, B.Stack);
  }
  if (L.BlocksLost != 0)
    lost("blocking calls (too many call sites in one loop)", L.BlocksLost);
  L.BlocksLost = 0;
}

void writeLockSites() noexcept {
  if (!LockSites::Table)
    return;
  for (uint32_t I = 0; I < LockSites::Size; ++I) {
    LockSite &S = LockSites::Table[I];
    uint64_t Count = S.Count.load(std::memory_order_acquire);
    if (S.State.load(std::memory_order_acquire) != 2 || Count == S.Written)
      continue;
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
  }
}

void writeLockOrders() noexcept {
  LockOrders::Fresh.store(0, std::memory_order_relaxed);
  if (!LockOrders::Table)
    return;
  for (uint32_t I = 0; I < LockOrders::Size; ++I) {
    LockOrder &O = LockOrders::Table[I];
    if (O.State.load(std::memory_order_acquire) != 2)
      continue;
    uint64_t Last = O.Last.load(std::memory_order_relaxed);
    uint64_t End = O.ThreadEnd.load(std::memory_order_relaxed);
    if (O.Written == std::max(Last, End))
      continue;
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
  for (uint32_t I = 0; I < Histogram::Size; ++I)
    if (uint32_t Count = L.Times.Counts[I])
      Buffer.Buckets[R.Buckets++] = {I, Count};
  L.Written = R.Iterations;
  writeRecord(RecordKind::Loop, {&R, sizeof R},
              {Buffer.Buckets, R.Buckets * sizeof(Bucket)});
  writeStack(RecordKind::Loop, L.Id, L.Stack);
}

bool somethingToWrite() noexcept {
  if (LockOrders::Fresh.load(std::memory_order_relaxed) != 0)
    return true;
  for (Loop *L = AllLoops.load(std::memory_order_acquire); L; L = L->Next)
    if (L->Iterations != L->Written)
      return true;
  if (LockSites::Table)
    for (uint32_t I = 0; I < LockSites::Size; ++I)
      if (LockSites::Table[I].Count.load(std::memory_order_relaxed) !=
          LockSites::Table[I].Written)
        return true;
  return false;
}

uint64_t writeSnapshot(bool Last) noexcept {
  if (Last)
    SnapshotLock.acquire();
  else if (!SnapshotLock.tryAcquire())
    return 0;
  uint64_t Findings = 0;
  writeMaps();
  for (Loop *L = AllLoops.load(std::memory_order_acquire); L; L = L->Next) {
    for (const BlockSite &B : L->Blocks)
      Findings += B.Count;
    Findings += L->Stalls;
    if (L->Iterations == L->Written && !Last)
      continue;
    writeLoop(*L);
    writeBlocks(*L);
  }
  writeLockSites();
  writeLockOrders();
  writeLost();
  SnapshotLock.release();
  return Findings;
}

void resetSnapshot() noexcept {
  SnapshotLock.reset();
  BufferLock.reset();
}

} // namespace gridlock::monitor

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Observed.h"

#include "rules/Catalogue.h"
#include "tools/symbolize/CoroutineFindings.h"
#include "tools/symbolize/LockFindings.h"
#include "tools/symbolize/LockTimes.h"
#include "tools/symbolize/LoopTimes.h"
#include "tools/symbolize/LoopWaits.h"
#include "tools/symbolize/MergedFindings.h"
#include "tools/symbolize/Operations.h"
#include "tools/symbolize/Sleeps.h"
#include "tools/symbolize/StallShares.h"

#include <algorithm>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

/// Goes through the records of one process after another.
class Collector {
public:
  Collector(const std::filesystem::path &Root, Suppressions &Suppressed,
            Observed &Result)
      : Root(Root), Suppressed(Suppressed), Merged(this->Root, Suppressed),
        Result(Result) {}

  void add(const ProcessRecords &P);
  void finish();

private:
  void addLoop(const ProcessRecords &P, const LoopData &L, LoopWaits &Waits);
  void addStalls(const ProcessRecords &P, Symbolizer &S, LoopWaits &Waits);
  void addLockHolder(Finding &F, const StallData &D,
                     const std::vector<Frame> &Holder) const;
  void addBlocks(const ProcessRecords &P, Symbolizer &S, LoopWaits &Waits);
  void addLocks(const ProcessRecords &P, Symbolizer &S);
  void addCoroutines(const ProcessRecords &P, Symbolizer &S);
  void addChain(const ProcessRecords &P, Symbolizer &S, RecordKind Of,
                std::uint32_t Id, std::vector<Frame> &Stack);
  void addWait(const LockRow &Row, const Side &W);
  void remark(const ProcessRecords &P, const Symbolizer &S);

  std::string nameOf(const ProcessRecords &P, std::uint32_t Loop) const;
  void sharedLoop(const ProcessRecords &P, std::uint32_t Loop);
  static Precision precisionOf(const ProcessRecords &P, std::uint32_t Loop);

  const Places Root;
  Suppressions &Suppressed;
  MergedFindings Merged;
  SymbolFiles Files;
  Observed &Result;
  const rules::Catalogue Rules = rules::Catalogue::embedded();
  std::map<std::pair<std::uint32_t, std::uint32_t>, LoopRow> Rows;
};

std::string Collector::nameOf(const ProcessRecords &P,
                              std::uint32_t Loop) const {
  const auto L = P.Loops.find(Loop);
  if (L == P.Loops.end())
    return "an event loop";
  std::string Name = L->second.Head.Name[0]
                         ? std::string("loop '") + L->second.Head.Name + "'"
                         : std::string("the event loop");
  std::string Which = L->second.Head.Thread;
  if (const auto Row = Rows.find({P.Header.Pid, Loop});
      Row != Rows.end() && !Row->second.Library.empty())
    Which += (Which.empty() ? "" : ", ") + Row->second.Library;
  return Name + " of thread " + std::to_string(L->second.Head.Tid) +
         (Which.empty() ? "" : " (" + Which + ")");
}

void Collector::sharedLoop(const ProcessRecords &P, std::uint32_t Loop) {
  Result.Remarks.push_back(
      "the times of " + nameOf(P, Loop) +
      " include its library's own waits for work: several threads run it");
}

/// What came round a few times only may be no loop.
Precision Collector::precisionOf(const ProcessRecords &P, std::uint32_t Loop) {
  const auto L = P.Loops.find(Loop);
  if (L == P.Loops.end() || L->second.Head.Iterations < 5)
    return Precision::Medium;
  return L->second.Head.Iterations < 20 ? Precision::High : Precision::VeryHigh;
}

void Collector::addLoop(const ProcessRecords &P, const LoopData &L,
                        LoopWaits &Waits) {
  LoopRow Row = timesOf(P, L);
  const std::vector<Frame> &Stack = Waits.of(L.Head.Id);
  Row.Library = loopLibrary(Stack);
  const Side At = Root.sideOf(Stack);
  Row.Function = At.Function;
  Row.Where = At.Where;
  Rows[{P.Header.Pid, L.Head.Id}] = std::move(Row);
}

/// The stall was a wait for a lock; Holder: the stack of the thread that had
/// it.
void Collector::addLockHolder(Finding &F, const StallData &D,
                              const std::vector<Frame> &Holder) const {
  if (const Frame *User = innermostUser(Holder))
    F.Notes.push_back(
        {Root.relative(User->Where), "the lock was held by thread " +
                                         std::to_string(D.Head.Holder) +
                                         ", then in " + User->Function});
}

/// How it ended, if it did. What was begun in the loop's last iteration was
/// over at the latest when the thread was met outside of the loop, which it may
/// still be.
static std::optional<StallEnd> endOf(const ProcessRecords &P, Symbolizer &S,
                                     LoopWaits &Waits, std::uint32_t Id) {
  const auto Found = P.StallEnds.find(Id);
  std::optional<StallEnd> End;
  if (Found != P.StallEnds.end())
    End = StallEnd{Found->second};
  for (const StallData &D : P.Stalls) {
    const std::uint64_t Elapsed = D.Head.Elapsed;
    if (D.Head.Id != Id || (End && (!End->Left || Elapsed >= End->Duration)) ||
        !Waits.left(D.Head.Loop, S.unwind(D.Stack)))
      continue;
    if (!End)
      End = StallEnd{};
    End->Left = 1;
    End->Duration = Elapsed;
    End->Sooner = true;
  }
  return End;
}

/// The loop's last iteration, which no further wait has ended.
static void addLast(LoopRow &Row, const StallEnd &End) {
  ++Row.Iterations;
  ++Row.Stalls;
  Row.Busy += End.Duration;
  Row.Max = std::max(Row.Max, End.Duration);
}

void Collector::addStalls(const ProcessRecords &P, Symbolizer &S,
                          LoopWaits &Waits) {
  std::map<std::uint32_t, const StallData *>
      First; // by stall: its first report
  std::map<std::uint32_t, std::uint64_t> Elapsed;
  for (const StallData &D : P.Stalls) {
    First.try_emplace(D.Head.Id, &D);
    Elapsed[D.Head.Id] = std::max(Elapsed[D.Head.Id], D.Head.Elapsed);
  }
  for (const auto &[Id, D] : First) {
    std::vector<Frame> Stack = S.unwind(D->Stack);
    addChain(P, S, RecordKind::Stall, Id, Stack);
    const std::optional<StallEnd> End = endOf(P, S, Waits, Id);
    if ((!End || End->Left) && Waits.left(D->Head.Loop, Stack))
      continue;
    StallShare Share = shareOf(P, *D, Elapsed[Id], End ? &*End : nullptr);
    Measured &M = Share.Numbers;
    if (Share.Blocked)
      M.Arguments = P.argumentsOf(RecordKind::Stall, Id);
    if (End && End->Left)
      addLast(Rows[{P.Header.Pid, D->Head.Loop}], *End);
    if (D->Head.Why == Cause::Blocked) {
      if (Waits.madeByLoop(D->Head.Loop, Stack)) {
        sharedLoop(P, D->Head.Loop);
        LoopRow &Row = Rows[{P.Header.Pid, D->Head.Loop}];
        if (!M.Unfinished) {
          Row.Stalls -= Row.Stalls > 0;
          Row.Busy -= std::min(Row.Busy, End->Duration);
        }
        continue;
      }
    }
    if (Share.Blocked) {
      const std::string Operation =
          operationOf(Rules, Stack, D->Head.Operation);
      Finding *F =
          Merged.add("gridlock-blocking-in-callback", Operation, Stack, M,
                     precisionOf(P, D->Head.Loop), nameOf(P, D->Head.Loop));
      const auto Other = P.Stacks.find({RecordKind::Stall, Id});
      if (F && Other != P.Stacks.end())
        addLockHolder(*F, *D, S.unwind(Other->second));
      continue;
    }
    Merged.add("gridlock-loop-stall",
               D->Head.Why == Cause::Sleeping ? D->Head.Operation
                                              : std::string("on-cpu"),
               Stack, M, precisionOf(P, D->Head.Loop), nameOf(P, D->Head.Loop));
  }
}

void Collector::addBlocks(const ProcessRecords &P, Symbolizer &S,
                          LoopWaits &Waits) {
  for (const auto &[Id, B] : P.Blocks) {
    std::vector<Frame> Stack = stackOf(P, S, RecordKind::Block, Id, B.Site);
    addChain(P, S, RecordKind::Block, Id, Stack);
    const bool OfLoop = Waits.madeByLoop(B.Loop, Stack);
    if (OfLoop)
      sharedLoop(P, B.Loop);
    if (OfLoop || (B.Count == B.OpenCount && Waits.left(B.Loop, Stack)))
      continue;
    Merged.add("gridlock-blocking-in-callback",
               operationOf(Rules, Stack, B.Operation), Stack,
               {.Count = B.Count,
                .Worst = B.Max,
                .Total = B.Total,
                .OnCpu = B.OnCpu,
                .CpuKnown = B.Total,
                .Unfinished = B.Unfinished != 0,
                .Arguments = P.argumentsOf(RecordKind::Block, Id)},
               precisionOf(P, B.Loop), nameOf(P, B.Loop));
  }
}

void Collector::addLocks(const ProcessRecords &P, Symbolizer &S) {
  for (SleepRow &Row : sleeps(P, S, Root, Rules))
    Result.Sleeps.push_back(std::move(Row));
  const std::uint64_t Least = std::uint64_t{P.Header.ContentionMs} * 1000000;
  const std::vector<HoldRow> Holds = holdTimes(P, S, Root, Rules);
  Result.Holds.insert(Result.Holds.end(), Holds.begin(), Holds.end());
  std::vector<LockRow> Rows = contendedLocks(P, S, Root, Rules);
  for (SeenFinding &F : findLockedCalls(P, S, Root, Rules, Rows))
    Merged.addSeenInFunction(std::move(F));
  for (LockRow &Row : Rows) {
    std::copy_if(Holds.begin(), Holds.end(), std::back_inserter(Row.Holds),
                 [&](const HoldRow &H) { return H.Address == Row.Address; });
    for (std::size_t W = 0; W < Row.Waiters.size(); ++W)
      if (Row.Total >= Least && (W == 0 || Row.Waiters[W].Total >= Least))
        addWait(Row, Row.Waiters[W]);
    Result.Locks.push_back(std::move(Row));
  }
}

/// One finding for each function that waits, with those that held the lock.
/// It's suppressed by its own stack, or if all that held the lock are. glibc
/// wakes once too often after a wait, so a waiter's own release may be among
/// the holders'.
void Collector::addWait(const LockRow &Row, const Side &W) {
  std::size_t Holders = 0, HoldersHidden = 0;
  for (const Side &H : Row.Holders) {
    if (H.Function == W.Function)
      continue;
    ++Holders;
    HoldersHidden += Suppressed.match("gridlock-lock-contention", H.Stack);
  }
  if (HoldersHidden != 0 && HoldersHidden == Holders) {
    return Merged.hide("gridlock-lock-contention", W.Function, W.Operation);
  }
  Finding *F = Merged.add("gridlock-lock-contention", W.Operation, W.Stack,
                          {.Count = W.Count, .Worst = W.Max, .Total = W.Total},
                          Precision::High, "");
  if (!F)
    return;
  std::vector<Note> &Notes = F->Notes;
  std::size_t Shown = 0;
  for (const Side &H : Row.Holders) {
    if ((H.Function == W.Function && Holders != 0) || ++Shown > 3)
      continue; // who has waited gives it back as well
    Notes.push_back({H.Where, "while it was held by " + H.Function +
                                  ", which made others wait " +
                                  std::to_string(H.Count) + " times"});
    if (H.Meanwhile)
      Notes.push_back({H.Meanwhile->Where,
                       "meanwhile " + H.Function + " was " + meanwhile(H)});
  }
  if (W.Meanwhile)
    Notes.push_back({W.Meanwhile->Where, "when these waits began, whoever held "
                                         "the lock was " +
                                             meanwhile(W)});
  if (!Row.Holds.empty())
    Notes.push_back({Row.Holds.front().Where,
                     "it is held longest in " + Row.Holds.front().Function +
                         ": " + times(Row.Holds.front())});
}

void Collector::addCoroutines(const ProcessRecords &P, Symbolizer &S) {
  SeenCoroutines Seen = findCoroutines(P, S, Root);
  for (SeenFinding &F : Seen.Findings)
    Merged.addSeenInFunction(std::move(F));
  for (std::string &Text : Seen.Remarks)
    Result.Remarks.push_back(P.File.filename().string() + ": " + Text);
}

/// The coroutines that await the one on the stack, and the callback it is in,
/// as frames above it.
void Collector::addChain(const ProcessRecords &P, Symbolizer &S, RecordKind Of,
                         std::uint32_t Id, std::vector<Frame> &Stack) {
  const auto Chain = P.Chains.find({Of, Id});
  for (std::size_t I = 1; Chain != P.Chains.end() && I < Chain->second.size();
       ++I)
    Stack.push_back(awaitingFrame(Chain->second[I]));
  if (const auto Callback = P.Callbacks.find({Of, Id});
      Callback != P.Callbacks.end() && Callback->second.size() == 2)
    Stack.push_back(callbackFrame(P, S, Callback->second));
}

void Collector::remark(const ProcessRecords &P, const Symbolizer &S) {
  const std::string Name = P.File.filename().string() + ": ";
  if (P.Truncated && !P.Running)
    Result.Remarks.push_back(
        Name + "the last record is cut off; what came before it is reported");
  if (!P.Ended && !P.Running && !P.Loops.empty())
    Result.Remarks.push_back(
        Name + "the program did not end in order (killed, crashed or exec); up "
               "to one second may be missing");
  if (P.Unknown)
    Result.Remarks.push_back(Name + std::to_string(P.Unknown) +
                             " records of unknown kinds were skipped");
  for (const auto &[What, Count] : P.Lost)
    Result.Remarks.push_back(Name + "not recorded: " + std::to_string(Count) +
                             " " + What);
  for (const std::string &Problem : S.problems())
    Result.Remarks.push_back(Problem);
}

void Collector::add(const ProcessRecords &P) {
  Symbolizer S(P, Files);
  LoopWaits Waits(P, S);
  for (const auto &[Id, L] : P.Loops)
    addLoop(P, L, Waits);
  addStalls(P, S, Waits);
  addBlocks(P, S, Waits);
  addLocks(P, S);
  for (SeenFinding &F : findOrders(P, S, Root, Result.Remarks))
    Merged.addSeen(std::move(F));
  for (SeenFinding &F : findDeadlocks(P, S, Root))
    Merged.addSeen(std::move(F));
  addCoroutines(P, S);
  remark(P, S);
  Result.Processes += 1;
}

void Collector::finish() {
  joinProcesses(Result.Sleeps);
  for (auto &[K, Row] : Rows)
    Result.Loops.push_back(std::move(Row));
  std::stable_sort(Result.Loops.begin(), Result.Loops.end(),
                   [](const LoopRow &A, const LoopRow &B) {
                     return A.Iterations > B.Iterations;
                   });
  std::stable_sort(
      Result.Holds.begin(), Result.Holds.end(),
      [](const HoldRow &A, const HoldRow &B) { return A.Total > B.Total; });
  std::stable_sort(
      Result.Locks.begin(), Result.Locks.end(),
      [](const LockRow &A, const LockRow &B) { return A.Total > B.Total; });
  std::stable_sort(
      Result.Sleeps.begin(), Result.Sleeps.end(),
      [](const SleepRow &A, const SleepRow &B) { return A.Total > B.Total; });
  Merged.moveTo(Result);
  Result.FilesRead = Files.loads();
  for (std::string &Text : Suppressed.unused())
    Result.Remarks.push_back(std::move(Text));
  std::sort(Result.Remarks.begin(), Result.Remarks.end());
  Result.Remarks.erase(
      std::unique(Result.Remarks.begin(), Result.Remarks.end()),
      Result.Remarks.end());
}

} // namespace

Observed observe(const std::vector<ProcessRecords> &Processes,
                 const std::filesystem::path &Root, Suppressions &Suppressed) {
  Observed Result;
  Result.Report.Root = Root;
  Result.Report.Half = "run";
  Collector C(Root, Suppressed, Result);
  for (const ProcessRecords &P : Processes)
    C.add(P);
  C.finish();
  return Result;
}

} // namespace gridlock::symbolize

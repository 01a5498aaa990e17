// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Observed.h"

#include "checks/engine/Fingerprint.h"
#include "rules/Catalogue.h"
#include "tools/symbolize/CoroutineFindings.h"
#include "tools/symbolize/LockFindings.h"
#include "tools/symbolize/LockTimes.h"
#include "tools/symbolize/LoopTimes.h"
#include "tools/symbolize/LoopWaits.h"
#include "tools/symbolize/Operations.h"
#include "tools/symbolize/StallShares.h"

#include <algorithm>
#include <tuple>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

/// A merged finding while its parts are being collected.
struct Entry {
  Finding Result;
  Measured Numbers;
  std::string How; // "blocked for", "kept busy for"
};

class Collector {
public:
  Collector(const std::filesystem::path &Root, Suppressions &Suppressed,
            Observed &Result)
      : Root(Root), Suppressed(Suppressed), Result(Result) {}

  void add(const ProcessRecords &P);
  void finish();

private:
  using Key = std::tuple<std::string, std::string, std::string>;

  void addLoop(const ProcessRecords &P, const LoopData &L, LoopWaits &Waits);
  void addStalls(const ProcessRecords &P, Symbolizer &S, LoopWaits &Waits);
  void addBlocks(const ProcessRecords &P, Symbolizer &S, LoopWaits &Waits);
  void addLocks(const ProcessRecords &P, Symbolizer &S);
  void addCycle(SeenFinding Found);
  void addCoroutines(const ProcessRecords &P, Symbolizer &S);
  void addChain(const ProcessRecords &P, Symbolizer &S, RecordKind Of,
                std::uint32_t Id, std::vector<Frame> &Stack);
  bool suppressed(const char *Rule, const std::vector<Frame> &Stack,
                  const Key &Which);
  void addFinding(const char *Rule, const std::string &Operation,
                  const std::vector<Frame> &Stack, const Measured &M,
                  Precision Confidence, const std::string &LoopName);
  void addWait(const LockRow &Row, const Side &W);
  void remark(const ProcessRecords &P, const Symbolizer &S);

  std::string nameOf(const ProcessRecords &P, std::uint32_t Loop) const;
  void sharedLoop(const ProcessRecords &P, std::uint32_t Loop);
  static Precision precisionOf(const ProcessRecords &P, std::uint32_t Loop);

  const Places Root;
  Suppressions &Suppressed;
  std::set<Key> Hidden; // findings of which something was suppressed
  Observed &Result;
  const rules::Catalogue Rules = rules::Catalogue::embedded();
  std::map<Key, Entry> Entries;
  std::map<std::pair<std::string, std::string>, SeenFinding>
      Cycles; // of locks: by rule and functions
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

void Collector::addFinding(const char *Rule, const std::string &Operation,
                           const std::vector<Frame> &Stack, const Measured &M,
                           Precision Confidence, const std::string &LoopName) {
  const Frame *User = innermostUser(Stack);
  const std::string Function = User            ? User->Function
                               : Stack.empty() ? ""
                                               : Stack.front().Display;
  // As in the static half: what a coroutine reaches, through whatever calls, is
  // the coroutine's.
  const bool InCoroutine =
      std::any_of(Stack.begin(), Stack.end(),
                  [](const Frame &At) { return At.User && At.Coroutine; });
  if (InCoroutine && std::string_view(Rule) == "gridlock-blocking-in-callback")
    Rule = "gridlock-blocking-in-coroutine";
  if (suppressed(Rule, Stack, {Rule, Function, Operation}))
    return;
  auto [It, New] = Entries.try_emplace({Rule, Function, Operation});
  Entry &E = It->second;
  Finding &F = E.Result;
  if (New) {
    F.Rule = Rule;
    F.Function = Function;
    F.Operation = Operation;
    if (User)
      F.Where = Root.relative(User->Where);
    E.How = LoopName;
  }
  F.Confidence = std::max(F.Confidence, Confidence);
  if (New)
    F.Confidence = Confidence;
  if (New || M.Worst > E.Numbers.Worst) { // the worst one's stack is shown
    F.Notes.clear();
    Root.addNotes(F, Stack);
    if (User)
      F.Where = Root.relative(User->Where);
  }
  E.Numbers.Count += M.Count;
  E.Numbers.Total += M.Total;
  E.Numbers.OnCpu += M.OnCpu;
  E.Numbers.Stacks += M.Stacks;
  if (M.Stacks != 0 && M.Worst >= E.Numbers.Worst) {
    E.Numbers.Callbacks = M.Callbacks;
    E.Numbers.LongestCallback = M.LongestCallback;
    E.Numbers.Events = M.Events;
  }
  E.Numbers.Worst = std::max(E.Numbers.Worst, M.Worst);
  E.Numbers.Unfinished |= M.Unfinished;
}

bool Collector::suppressed(const char *Rule, const std::vector<Frame> &Stack,
                           const Key &Which) {
  if (!Suppressed.match(Rule, Stack))
    return false;
  Hidden.insert(Which);
  return true;
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
    const StallShare Share = shareOf(P, *D, Elapsed[Id]);
    const Measured &M = Share.Numbers;
    if (M.Unfinished && Waits.left(D->Head.Loop, Stack))
      continue;
    if (D->Head.Why == Cause::Blocked) {
      if (Waits.madeByLoop(D->Head.Loop, Stack)) {
        sharedLoop(P, D->Head.Loop);
        LoopRow &Row = Rows[{P.Header.Pid, D->Head.Loop}];
        if (!M.Unfinished) {
          Row.Stalls -= Row.Stalls > 0;
          Row.Busy -= std::min(Row.Busy, P.StallEnds.at(Id).Duration);
        }
        continue;
      }
    }
    if (Share.Blocked) {
      const std::string Operation =
          operationOf(Rules, Stack, D->Head.Operation);
      addFinding("gridlock-blocking-in-callback", Operation, Stack, M,
                 precisionOf(P, D->Head.Loop), nameOf(P, D->Head.Loop));
      if (auto Other = P.Stacks.find({RecordKind::Stall, Id});
          Other != P.Stacks.end()) {
        const std::vector<Frame> Holder = S.unwind(Other->second);
        const Frame *User = innermostUser(Holder);
        const std::string Function = innermostUser(Stack)
                                         ? innermostUser(Stack)->Function
                                         : std::string();
        for (auto &[K, E] : Entries)
          if (User && std::get<1>(K) == Function && std::get<2>(K) == Operation)
            E.Result.Notes.push_back({Root.relative(User->Where),
                                      "the lock was held by thread " +
                                          std::to_string(D->Head.Holder) +
                                          ", then in " + User->Function});
      }
      continue;
    }
    addFinding("gridlock-loop-stall",
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
    addFinding(
        "gridlock-blocking-in-callback", operationOf(Rules, Stack, B.Operation),
        Stack,
        {.Count = B.Count, .Worst = B.Max, .Total = B.Total, .OnCpu = B.OnCpu},
        precisionOf(P, B.Loop), nameOf(P, B.Loop));
  }
}

void Collector::addLocks(const ProcessRecords &P, Symbolizer &S) {
  const std::uint64_t Least = std::uint64_t{P.Header.ContentionMs} * 1000000;
  const std::vector<HoldRow> Holds = holdTimes(P, S, Root, Rules);
  Result.Holds.insert(Result.Holds.end(), Holds.begin(), Holds.end());
  for (LockRow &Row : contendedLocks(P, S, Root, Rules)) {
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
    Hidden.insert({"gridlock-lock-contention", W.Function, W.Operation});
    return;
  }
  addFinding("gridlock-lock-contention", W.Operation, W.Stack,
             {.Count = W.Count, .Worst = W.Max, .Total = W.Total},
             Precision::High, "");
  const auto It =
      Entries.find({"gridlock-lock-contention", W.Function, W.Operation});
  if (It == Entries.end())
    return;
  std::vector<Note> &Notes = It->second.Result.Notes;
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

void Collector::addCycle(SeenFinding Found) {
  Finding &F = Found.Result;
  if (suppressed(F.Rule.c_str(), Found.Frames,
                 {F.Rule, F.Function, F.Operation}))
    return;
  Cycles.try_emplace({F.Rule, F.Operation}, std::move(Found));
}

void Collector::addCoroutines(const ProcessRecords &P, Symbolizer &S) {
  SeenCoroutines Seen = findCoroutines(P, S, Root);
  for (SeenFinding &F : Seen.Findings)
    if (const Key Which{F.Result.Rule, F.Result.Function, F.Result.Operation};
        !suppressed(F.Result.Rule.c_str(), F.Frames, Which))
      Cycles.try_emplace(
          {F.Result.Rule, F.Result.Function + "\n" + F.Result.Operation},
          std::move(F));
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
  Symbolizer S(P);
  LoopWaits Waits(P, S);
  for (const auto &[Id, L] : P.Loops)
    addLoop(P, L, Waits);
  addStalls(P, S, Waits);
  addBlocks(P, S, Waits);
  addLocks(P, S);
  for (SeenFinding &F : findOrders(P, S, Root))
    addCycle(std::move(F));
  for (SeenFinding &F : findDeadlocks(P, S, Root))
    addCycle(std::move(F));
  addCoroutines(P, S);
  remark(P, S);
  Result.Processes += 1;
}

void Collector::finish() {
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
  std::vector<Finding> Findings;
  std::map<Key, Measured> Numbers;
  for (auto &[K, E] : Entries) {
    if (E.Numbers.Count == 0)
      continue; // all of it was the loop's own waiting
    Finding &F = E.Result;
    const std::string Times = E.Numbers.Count == 1
                                  ? "once"
                                  : std::to_string(E.Numbers.Count) + " times";
    const std::string Sums =
        Times + ", worst " + duration(E.Numbers.Worst) + ", " +
        duration(E.Numbers.Total) + " in all" +
        (E.Numbers.Unfinished ? ", not over at the end" : "");
    const std::string Kind = congestion(E.Numbers);
    if (F.Rule == "gridlock-lock-contention")
      F.Message =
          "threads waited here for a lock (" + F.Operation + ") " + Sums;
    else if (F.Rule == "gridlock-loop-stall")
      F.Message = E.How + " was kept busy here " + Sums +
                  (Kind.empty() ? "" : "; " + Kind);
    else
      F.Message = E.How + " was blocked here by " + F.Operation + " " + Sums;
    Numbers[K] = E.Numbers;
    Findings.push_back(std::move(F));
  }
  for (auto &[K, Seen] : Cycles) {
    Finding &F = Seen.Result;
    if (F.Rule == "gridlock-lock-order" &&
        Cycles.count({"gridlock-deadlock", F.Operation}))
      continue; // it was met
    Numbers[{F.Rule, F.Function, F.Operation}] = Seen.Numbers;
    Findings.push_back(std::move(F));
  }
  finishFindings(Findings);
  const auto NumbersOf = [&](const Finding &F) {
    return Numbers[{F.Rule, F.Function, F.Operation}];
  };
  std::stable_sort(Findings.begin(), Findings.end(),
                   [&](const Finding &A, const Finding &B) {
                     return NumbersOf(A).Worst > NumbersOf(B).Worst;
                   });
  for (const Finding &F : Findings)
    Result.Numbers.push_back(NumbersOf(F));
  Result.Report.Findings = std::move(Findings);
  Result.Report.Counts.Suppressed = Hidden.size();
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

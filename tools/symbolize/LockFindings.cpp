// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LockFindings.h"

#include "tools/symbolize/LockOrder.h"
#include "tools/symbolize/Operations.h"

#include <algorithm>
#include <map>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

std::string joined(std::vector<std::string> Functions) {
  std::sort(Functions.begin(), Functions.end());
  std::string All;
  for (const std::string &Function : Functions)
    All += (All.empty() ? "" : ",") + Function;
  return All;
}

std::string threadName(const DeadlockRecord &D) {
  return "thread " + std::to_string(D.Tid) +
         (D.Thread[0] ? " ('" + std::string(D.Thread) + "')" : std::string());
}

void append(std::vector<Frame> &To, const std::vector<Frame> &Stack) {
  To.insert(To.end(), Stack.begin(), Stack.end());
}

SeenFinding findingOf(const ProcessRecords &P, Symbolizer &S,
                      const Places &Where,
                      const std::vector<DeadlockPart> &Parts) {
  const std::size_t Maps = P.lastMaps();
  SeenFinding Found;
  Finding &F = Found.Result;
  F.Rule = "gridlock-deadlock";
  F.Confidence = Precision::VeryHigh;
  std::vector<std::string> Functions;
  for (std::size_t I = 0; I < Parts.size(); ++I) {
    const DeadlockRecord &D = Parts[I].Head;
    const std::vector<Frame> Stack =
        stackOf(P, S, RecordKind::Deadlock, D.Id, D.Site);
    append(Found.Frames, Stack);
    const Side Waits = Where.sideOf(Stack);
    if (Functions.empty()) {
      F.Function = Waits.Function;
      F.Where = Waits.Where;
    }
    Functions.push_back(Waits.Function);
    const DeadlockRecord &Next = Parts[(I + 1) % Parts.size()].Head;
    F.Notes.push_back(
        {Waits.Where, threadName(D) + " waits in '" + Waits.Function +
                          "' for " +
                          (D.Lock ? "lock " + hexadecimal(D.Lock) + ", held by "
                                  : std::string("the end of ")) +
                          (Parts.size() == 1 ? "itself" : threadName(Next))});
    for (const HeldRecord &H : Parts[I].Held) {
      const Side Taken = Where.sideOf(S.at(H.Site, Maps));
      F.Notes.push_back({Taken.Where, "it holds lock " + hexadecimal(H.Lock) +
                                          (H.Shared ? " (shared)" : "") +
                                          ", taken in '" + Taken.Function +
                                          "'"});
    }
    Where.addNotes(F, Stack);
  }
  F.Message = Parts.size() == 1
                  ? "the program deadlocked: a thread waits here for a lock "
                    "that it holds itself"
                  : "the program deadlocked: " + std::to_string(Parts.size()) +
                        " threads wait for each other, one here";
  for (std::size_t I = 1; I < Functions.size(); ++I)
    F.Message += ", one in '" + Functions[I] + "'";
  if (const std::uint32_t Behind = Parts.front().Head.Behind)
    F.Message += "; " + std::to_string(Behind) + " more wait" +
                 (Behind == 1 ? "s" : "") + " for one of them";
  std::uint64_t Closed = 0; // when the last one began to wait
  for (const DeadlockPart &Part : Parts)
    Closed = std::max(Closed, Part.Head.Since);
  if (Closed != 0 && Closed <= Parts.front().Head.Time) {
    Found.Numbers.Worst = Parts.front().Head.Time - Closed;
    F.Message += "; found " + duration(Found.Numbers.Worst) +
                 " after it had come to that";
  }
  F.Operation = joined(std::move(Functions));
  return Found;
}

} // namespace

std::vector<SeenFinding> findOrders(const ProcessRecords &P, Symbolizer &S,
                                    const Places &Where,
                                    std::vector<std::string> &Remarks) {
  std::vector<SeenFinding> Found;
  const OrderCycles Cycles = findOrderCycles(P.Orders);
  if (!Cycles.Complete)
    Remarks.push_back(P.File.filename().string() +
                      ": locks were taken in so many orders that not all "
                      "cycles of them were looked for");
  for (const OrderCycle &Cycle : Cycles.Found) {
    SeenFinding &Order = Found.emplace_back();
    Finding &F = Order.Result;
    F.Rule = "gridlock-lock-order";
    std::vector<std::string> Functions;
    for (const OrderStep &Step : Cycle) {
      const OrderRecord &O = Step.Order->Head;
      const std::vector<Frame> Stack =
          stackOf(P, S, RecordKind::Order, O.Id, O.Site);
      append(Order.Frames, Stack);
      const Side Takes = Where.sideOf(Stack);
      const Side Holds = Where.sideOf(S.at(Step.From->Site, P.lastMaps()));
      if (Functions.empty()) {
        F.Function = Takes.Function;
        F.Where = Takes.Where;
      }
      Functions.push_back(Takes.Function);
      F.Notes.push_back({Holds.Where, "thread " + std::to_string(O.Tid) +
                                          " holds lock " +
                                          hexadecimal(Step.From->Lock) +
                                          ", taken in " + Holds.Function});
      F.Notes.push_back({Takes.Where, "and takes lock " + hexadecimal(O.Lock) +
                                          " in " + Takes.Function});
      Where.addNotes(F, Stack);
    }
    F.Message = "threads took the same locks in " +
                std::string(Cycle.size() == 2 ? "opposite orders"
                                              : "orders that form a cycle") +
                ", which can deadlock: one here";
    constexpr std::size_t Named = 4;
    for (std::size_t I = 1; I < Functions.size() && I < Named; ++I)
      F.Message += ", one in " + Functions[I];
    if (Functions.size() > Named)
      F.Message += " and " + std::to_string(Functions.size() - Named) + " more";
    F.Operation = joined(std::move(Functions));
  }
  return Found;
}

std::vector<SeenFinding> findDeadlocks(const ProcessRecords &P, Symbolizer &S,
                                       const Places &Where) {
  std::vector<SeenFinding> Found;
  for (const auto &[Id, Parts] : P.Deadlocks)
    if (Parts.size() == Parts.front().Head.Parts) // else the file is cut off
      Found.push_back(findingOf(P, S, Where, Parts));
  return Found;
}

namespace {

/// What was seen of one function's calls of one operation.
struct LockedCalls {
  Side At;
  Measured Numbers;
  std::uint64_t Waited = 0;
  std::vector<Note> Notes; // of the longest
};

/// Who holds and who waits; nothing if no wait for that lock was seen: others
/// waited for another one.
std::vector<Note> notesOf(const LockedCallRecord &C, const LockRow &Row,
                          const Side &Taken) {
  std::vector<Note> Notes = {{Taken.Where, "lock " + hexadecimal(C.Lock) +
                                               " was held, taken in " +
                                               Taken.Function}};
  for (std::size_t I = 0; I < Row.Waiters.size() && I < 3; ++I) {
    const Side &W = Row.Waiters[I];
    Notes.push_back({W.Where, W.Function + " waited for it here " +
                                  times(W.Count) + ", longest " +
                                  duration(W.Max)});
  }
  return Notes;
}

SeenFinding findingOf(LockedCalls Of, const std::string &Operation,
                      const Places &Where) {
  SeenFinding Found;
  Finding &F = Found.Result;
  F.Rule = "gridlock-blocking-under-lock";
  F.Confidence = Precision::VeryHigh;
  F.Function = Of.At.Function;
  F.Where = Of.At.Where;
  F.Operation = Operation;
  const Measured &M = Of.Numbers;
  F.Message = Operation + " blocked here " + times(M.Count) +
              " while a lock was held, worst " + duration(M.Worst) + ", " +
              duration(M.Total) + " in all, and another thread waited for it " +
              times(Of.Waited) +
              (M.Arguments.empty()
                   ? ""
                   : (M.Count == 1 ? "; " : "; the longest: ") + M.Arguments) +
              "; instead: release it before the call";
  F.Notes = std::move(Of.Notes);
  Where.addNotes(F, Of.At.Stack);
  Found.Frames = std::move(Of.At.Stack);
  Found.Numbers = M;
  return Found;
}

} // namespace

std::vector<SeenFinding> findLockedCalls(const ProcessRecords &P, Symbolizer &S,
                                         const Places &Where,
                                         const rules::Catalogue &Rules,
                                         const std::vector<LockRow> &Rows) {
  std::map<std::pair<std::string, std::string>, LockedCalls> Merged;
  for (const auto &[Id, C] : P.LockedCalls) {
    const auto Row = std::find_if(
        Rows.begin(), Rows.end(),
        [&, Lock = C.Lock](const LockRow &R) { return R.Address == Lock; });
    if (Row == Rows.end())
      continue;
    Side At = Where.sideOf(stackOf(P, S, RecordKind::LockedCall, Id, C.Site));
    LockedCalls &To =
        Merged[{At.Function, operationOf(Rules, At.Stack, C.Operation)}];
    if (C.Max >= To.Numbers.Worst) {
      To.At = std::move(At);
      To.Numbers.Worst = C.Max;
      To.Numbers.Arguments = P.argumentsOf(RecordKind::LockedCall, Id);
      To.Notes = notesOf(C, *Row, Where.sideOf(S.at(C.Taken, P.lastMaps())));
    }
    To.Numbers.Count += C.Count;
    To.Numbers.Total += C.Total;
    To.Waited += C.Waited;
  }
  std::vector<SeenFinding> Found;
  for (auto &[Key, Calls] : Merged)
    Found.push_back(findingOf(std::move(Calls), Key.second, Where));
  return Found;
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LockTimes.h"

#include "runtime-monitor/loops/Histogram.h"
#include "tools/symbolize/LoopTimes.h"
#include "tools/symbolize/LoopWaits.h"
#include "tools/symbolize/Operations.h"

#include <algorithm>
#include <tuple>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

std::optional<HolderCall> callOf(const ProcessRecords &P, Symbolizer &S,
                                 const Places &Root,
                                 const rules::Catalogue &Rules,
                                 std::uint32_t Id) {
  const auto Found = P.HolderCalls.find(Id);
  if (Found == P.HolderCalls.end())
    return {};
  const HolderCallRecord &R = Found->second;
  Side At = Root.sideOf(stackOf(P, S, RecordKind::HolderCall, Id, R.Site));
  HolderCall C;
  C.Operation = operationOf(Rules, At.Stack, R.Operation);
  C.Function = std::move(At.Function);
  C.Where = std::move(At.Where);
  C.Stack = std::move(At.Stack);
  C.Lock = R.Lock;
  C.Count = R.Count;
  C.Looked = R.Looked;
  C.Total = R.Total;
  C.Longest = R.Longest;
  C.Arguments = P.argumentsOf(RecordKind::HolderCall, Id);
  return C;
}

} // namespace

void mergeSide(std::vector<Side> &Sides, Side New) {
  for (Side &Old : Sides) {
    if (Old.Function != New.Function || Old.Operation != New.Operation)
      continue;
    if (Old.Max < New.Max)
      std::swap(Old, New);
    Old.Count += New.Count;
    Old.Total += New.Total;
    if (!New.Meanwhile)
      return;
    if (!Old.Meanwhile || Old.Meanwhile->Longest < New.Meanwhile->Longest)
      std::swap(Old.Meanwhile, New.Meanwhile);
    if (!New.Meanwhile)
      return;
    Old.Meanwhile->Count += New.Meanwhile->Count;
    Old.Meanwhile->Looked += New.Meanwhile->Looked;
    Old.Meanwhile->Total += New.Meanwhile->Total;
    return;
  }
  Sides.push_back(std::move(New));
}

std::vector<HoldRow> holdTimes(const ProcessRecords &P, Symbolizer &S,
                               const Places &Root,
                               const rules::Catalogue &Rules) {
  // A function may take a lock at several places of its code.
  struct Merged {
    HoldRow Row;
    std::map<std::uint32_t, std::uint64_t> Buckets;
  };
  std::map<std::pair<std::uint64_t, std::string>, Merged> ByFunction;
  for (const auto &[Id, H] : P.Holds) {
    Side At = Root.sideOf(S.at(H.Head.Site, P.lastMaps()));
    std::vector<Frame> Long;
    if (const auto Raw = P.Stacks.find({RecordKind::Hold, Id});
        Raw != P.Stacks.end())
      Long = S.unwind(Raw->second);
    if (!innermostUser(At.Stack) && innermostUser(Long))
      At = Root.sideOf(Long);
    auto &[Row, Buckets] = ByFunction[{H.Head.Lock, At.Function}];
    if (H.Head.Total >= Row.Total) {
      Row.Operation = operationOf(Rules, At.Stack, H.Head.Operation);
      Row.Where = At.Where;
    }
    if (Row.Stack.empty() || H.Head.Max > Row.Max)
      Row.Stack = Long.empty() ? std::move(At.Stack) : std::move(Long);
    Row.Function = std::move(At.Function);
    Row.Address = H.Head.Lock;
    Row.Samples += H.Head.Samples;
    Row.Count += H.Head.Count;
    Row.Total += H.Head.Total;
    Row.Max = std::max(Row.Max, H.Head.Max);
    for (const WideBucket &B : H.Buckets)
      Buckets[B.Index] += B.Count;
  }
  std::vector<HoldRow> Rows;
  for (auto &[Key, M] : ByFunction) {
    std::vector<WideBucket> Buckets;
    for (const auto &[Index, Count] : M.Buckets)
      Buckets.push_back({Index, 0, Count});
    M.Row.Pid = P.Header.Pid;
    M.Row.P50 = std::min(quantileOf<HoldTimes>(Buckets, 0.50), M.Row.Max);
    M.Row.P99 = std::min(quantileOf<HoldTimes>(Buckets, 0.99), M.Row.Max);
    Rows.push_back(std::move(M.Row));
  }
  std::stable_sort(
      Rows.begin(), Rows.end(),
      [](const HoldRow &A, const HoldRow &B) { return A.Total > B.Total; });
  return Rows;
}

std::string times(const HoldRow &H) {
  return "p50 " + duration(H.P50) + ", p99 " + duration(H.P99) + ", longest " +
         duration(H.Max) + " (" +
         (H.Samples == H.Count ? "all " + std::to_string(H.Count) + " timed)"
                               : std::to_string(H.Samples) + " of about " +
                                     std::to_string(H.Count) + " timed)");
}

std::string meanwhile(const Side &Of) {
  if (!Of.Meanwhile)
    return {};
  const HolderCall &C = *Of.Meanwhile;
  const bool Join = C.Operation.find("join") != std::string::npos;
  std::string Text = C.Lock && !Join
                         ? "waiting for lock " + hexadecimal(C.Lock) +
                               " itself (" + C.Operation + ")"
                         : "blocked in " + C.Operation;
  if (!C.Arguments.empty())
    Text += " (" + C.Arguments + ")";
  if (!C.Function.empty())
    Text += " in " + C.Function;
  if (!C.Where.File.empty())
    Text += " (" + C.Where.File + ":" + std::to_string(C.Where.Line) + ")";
  Text += ", " + std::to_string(C.Count) + " of " + std::to_string(C.Looked) +
          " times";
  if (C.Total)
    Text +=
        ", " + duration(C.Total) + " in all, longest " + duration(C.Longest);
  return Text;
}

std::vector<LockRow> contendedLocks(const ProcessRecords &P, Symbolizer &S,
                                    const Places &Root,
                                    const rules::Catalogue &Rules) {
  std::map<std::uint64_t, LockRow> ByLock;
  for (const auto &[Id, C] : P.Contention) {
    LockRow &Row = ByLock[C.Lock];
    Row.Pid = P.Header.Pid;
    Row.Address = C.Lock;
    Side One = Root.sideOf(stackOf(P, S, RecordKind::Contention, Id, C.Site));
    One.Operation = operationOf(Rules, One.Stack, C.Operation);
    One.Meanwhile = callOf(P, S, Root, Rules, Id);
    addSide(Row, Row.Holders, C, std::move(One));
  }
  std::vector<LockRow> Rows;
  for (auto &[Address, Row] : ByLock) {
    const auto More = [](const Side &A, const Side &B) {
      const auto Rank = [](const Side &S) {
        return std::tuple(S.Total + (S.Meanwhile ? S.Meanwhile->Total : 0),
                          S.Count);
      };
      return Rank(A) > Rank(B);
    };
    std::stable_sort(Row.Waiters.begin(), Row.Waiters.end(), More);
    std::stable_sort(Row.Holders.begin(), Row.Holders.end(), More);
    if (Row.Count != 0)
      Rows.push_back(std::move(Row));
  }
  return Rows;
}

} // namespace gridlock::symbolize

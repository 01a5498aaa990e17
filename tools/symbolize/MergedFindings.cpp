// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/MergedFindings.h"

#include "checks/engine/Fingerprint.h"
#include "tools/symbolize/LoopWaits.h"
#include "tools/symbolize/StallShares.h"

#include <algorithm>

namespace gridlock::symbolize {

bool MergedFindings::suppressed(const char *Rule,
                                const std::vector<Frame> &Stack,
                                const Key &Which) {
  if (!Suppressed.match(Rule, Stack))
    return false;
  Hidden.insert(Which);
  return true;
}

Finding *MergedFindings::add(const char *Rule, const std::string &Operation,
                             const std::vector<Frame> &Stack, const Measured &M,
                             Precision Confidence, const std::string &Subject) {
  const Frame *User = innermostUser(Stack);
  const std::string Function = User            ? User->Function
                               : Stack.empty() ? "(no stack was taken)"
                                               : Stack.front().Display;
  // As in the static half: what a coroutine reaches, through whatever calls, is
  // the coroutine's.
  const bool InCoroutine =
      std::any_of(Stack.begin(), Stack.end(),
                  [](const Frame &At) { return At.User && At.Coroutine; });
  if (InCoroutine && std::string_view(Rule) == "gridlock-blocking-in-callback")
    Rule = "gridlock-blocking-in-coroutine";
  if (suppressed(Rule, Stack, {Rule, Function, Operation}))
    return nullptr;
  auto [It, New] = Entries.try_emplace({Rule, Function, Operation});
  Entry &E = It->second;
  Finding &F = E.Result;
  if (New) {
    F.Rule = Rule;
    F.Function = Function;
    F.Operation = Operation;
    E.Subject = Subject;
  }
  F.Confidence = New ? Confidence : std::max(F.Confidence, Confidence);
  if (New || M.Worst > E.Numbers.Worst) { // the worst one's stack is shown
    E.Numbers.Arguments = M.Arguments;
    F.Notes.clear();
    Root.addNotes(F, Stack);
    if (User)
      F.Where = Root.relative(User->Where);
  }
  E.Numbers.Count += M.Count;
  E.Numbers.Total += M.Total;
  E.Numbers.OnCpu += M.OnCpu;
  E.Numbers.CpuKnown += M.CpuKnown;
  E.Numbers.Stacks += M.Stacks;
  if (M.Stacks != 0 && M.Worst >= E.Numbers.Worst) {
    E.Numbers.Callbacks = M.Callbacks;
    E.Numbers.LongestCallback = M.LongestCallback;
    E.Numbers.Events = M.Events;
  }
  E.Numbers.Worst = std::max(E.Numbers.Worst, M.Worst);
  E.Numbers.Unfinished |= M.Unfinished;
  return &F;
}

void MergedFindings::addSeen(SeenFinding Found, const std::string &Which) {
  const Finding &F = Found.Result;
  if (!suppressed(F.Rule.c_str(), Found.Frames,
                  {F.Rule, F.Function, F.Operation}))
    Complete.try_emplace({F.Rule, Which, F.Operation}, std::move(Found));
}

std::string MergedFindings::messageOf(const Entry &E) {
  const Finding &F = E.Result;
  const Measured &M = E.Numbers;
  const std::optional<unsigned> Off = offCpu(M);
  const std::string Sums =
      times(M.Count) + ", worst " + duration(M.Worst) + ", " +
      duration(M.Total) + " in all" +
      (Off ? ", " + std::to_string(*Off) + " % of it off the CPU" : "") +
      (M.Unfinished ? ", not over at the end" : "");
  if (F.Rule == "gridlock-lock-contention")
    return "threads waited here for a lock (" + F.Operation + ") " + Sums;
  if (F.Rule != "gridlock-loop-stall")
    return E.Subject + " was blocked here by " + F.Operation + " " + Sums +
           (M.Arguments.empty()
                ? ""
                : (M.Count == 1 ? "; " : "; the longest: ") + M.Arguments);
  const std::string Kind = congestion(M);
  return E.Subject + " was kept busy here " + Sums +
         (Kind.empty() ? "" : "; " + Kind);
}

void MergedFindings::moveTo(Observed &Result) {
  std::vector<Finding> Findings;
  std::map<Key, Measured> Numbers;
  for (auto &[K, E] : Entries) {
    if (E.Numbers.Count == 0)
      continue; // all of it was the loop's own waiting
    E.Result.Message = messageOf(E);
    Numbers[K] = E.Numbers;
    Findings.push_back(std::move(E.Result));
  }
  for (auto &[K, Seen] : Complete) {
    Finding &F = Seen.Result;
    if (F.Rule == "gridlock-lock-order" &&
        Complete.count({"gridlock-deadlock", "", F.Operation}))
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
}

} // namespace gridlock::symbolize

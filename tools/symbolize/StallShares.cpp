// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/StallShares.h"

#include <algorithm>

namespace gridlock::symbolize {

using monitor::Cause;

StallShare shareOf(const ProcessRecords &P, const StallData &First,
                   std::uint64_t Elapsed, const StallEnd *Ended) {
  const monitor::StallRecord &S = First.Head;
  StallShare Result;
  Measured &M = Result.Numbers;
  M.Stacks = 1;
  M.Events = S.Events;
  Result.Blocked = S.Why == Cause::Blocked;
  const auto Counted = [&](const auto &Enough) {
    return std::any_of(P.Blocks.begin(), P.Blocks.end(), [&](const auto &B) {
      return B.second.Loop == S.Loop &&
             std::string_view(B.second.Operation) == S.Operation &&
             Enough(B.second);
    });
  };
  if (!Ended) {
    M.Unfinished = true;
    // The call may be over, though the iteration is not.
    if (Result.Blocked && Counted([&](const monitor::BlockRecord &B) {
          return B.Max >= Elapsed || B.OpenTotal > Elapsed / 2;
        }))
      return Result;
    M.Count = 1;
    M.Total = M.Worst =
        std::max(Elapsed, P.EndTime - std::min(P.EndTime, S.Start));
    return Result;
  }
  const StallEnd &End = *Ended;
  M.Callbacks = End.Callbacks;
  M.LongestCallback = End.Longest;
  if (Result.Blocked && Counted([](const auto &) { return true; }))
    return Result;
  if (End.Sooner) {
    M.Count = 1;
    M.Total = M.Worst = End.Duration;
    return Result;
  }
  // What was counted may not have come into the file: a crash, a full disk.
  std::uint64_t Recorded = 0;
  for (const auto &[Id, B] : P.Blocks)
    Recorded += B.Loop == S.Loop ? B.Total : 0;
  const std::uint64_t Elsewhere = Recorded < End.Counted ? 0 : End.Counted,
                      Rest = End.Duration - std::min(End.Duration, Elsewhere),
                      InCalls = End.Blocked - std::min(End.Blocked, Elsewhere);
  // Met in a call by chance, but most of the time is not spent in any.
  if (Result.Blocked && InCalls < Rest / 2)
    Result.Blocked = false;
  const std::uint64_t Share =
      Result.Blocked ? InCalls : Rest - std::min(Rest, InCalls);
  const auto Loop = P.Loops.find(S.Loop);
  const std::uint64_t Threshold =
      Loop == P.Loops.end()
          ? 0
          : std::uint64_t{Loop->second.Head.ThresholdMs} * 1000000;
  if (Elsewhere != 0 && Share < Threshold / 10)
    return Result;
  M.Count = 1;
  M.Total = M.Worst = Share;
  if (!Result.Blocked) {
    M.OnCpu = std::min(End.OnCpu, Share);
    M.CpuKnown = Share;
  }
  return Result;
}

std::optional<unsigned> offCpu(const Measured &M) {
  if (M.CpuKnown == 0)
    return std::nullopt;
  return static_cast<unsigned>(
      100 -
      (100 * std::min(M.OnCpu, M.CpuKnown) + M.CpuKnown / 2) / M.CpuKnown);
}

std::string congestion(const Measured &M) {
  if (M.Callbacks > 1 && M.LongestCallback < M.Worst / 2)
    return std::to_string(M.Callbacks) + " callbacks, the longest " +
           duration(M.LongestCallback);
  if (M.Callbacks != 0)
    return "one long callback";
  if (M.Events == 1)
    return "one event was ready";
  if (M.Events > 1)
    return std::to_string(M.Events) + " events were ready at once";
  return {};
}

} // namespace gridlock::symbolize

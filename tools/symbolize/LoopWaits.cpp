// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LoopWaits.h"

#include <algorithm>

namespace gridlock::symbolize {

const Frame *innermostUser(const std::vector<Frame> &Stack) {
  for (const Frame &F : Stack)
    if (F.User)
      return &F;
  return nullptr;
}

static bool sameCall(const Frame &A, const Frame &B) {
  return A.Sp == B.Sp && A.Function == B.Function;
}

const std::vector<Frame> &LoopWaits::of(std::uint32_t Loop) {
  auto [It, New] = Stacks.try_emplace(Loop);
  if (New)
    if (auto Raw = P.Stacks.find({monitor::RecordKind::Loop, Loop});
        Raw != P.Stacks.end())
      It->second = S.unwind(Raw->second);
  return It->second;
}

bool LoopWaits::left(std::uint32_t Loop, const std::vector<Frame> &Stack) {
  const std::vector<Frame> &Wait = of(Loop);
  const Frame *Waiting = innermostUser(Wait);
  if (!Waiting)
    return false;
  const auto Now =
      std::find_if(Stack.begin(), Stack.end(),
                   [&](const Frame &F) { return sameCall(F, *Waiting); });
  return Now == Stack.end() ||
         (Waiting != &Wait.front() && Now->Where != Waiting->Where);
}

bool LoopWaits::madeByLoop(std::uint32_t Loop,
                           const std::vector<Frame> &Stack) {
  const std::vector<Frame> &Wait = of(Loop);
  const Frame *A = innermostUser(Stack), *B = innermostUser(Wait);
  return A && B && A != &Stack.front() && B != &Wait.front() &&
         sameCall(*A, *B) && A->Where == B->Where && sameCall(A[-1], B[-1]) &&
         !A[-1].Function.empty();
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Places.h"

#include "tools/symbolize/LoopWaits.h"

#include <algorithm>

namespace gridlock::symbolize {

static constexpr std::size_t MostNotes = 24;

std::vector<Frame> stackOf(const ProcessRecords &P, Symbolizer &S,
                           monitor::RecordKind Kind, std::uint32_t Id,
                           std::uint64_t Site) {
  const auto Raw = P.Stacks.find({Kind, Id});
  return Raw != P.Stacks.end() ? S.unwind(Raw->second)
                               : S.at(Site, P.lastMaps());
}

Location Places::relative(Location Where) const {
  const auto Inside =
      std::filesystem::path(Where.File).lexically_relative(Root);
  if (!Where.File.empty() && !Inside.empty() && *Inside.begin() != "..")
    Where.File = Inside.string();
  return Where;
}

Side Places::sideOf(std::vector<Frame> Stack) const {
  Side One;
  if (const Frame *User = innermostUser(Stack)) {
    One.Function = User->Function;
    One.Where = relative(User->Where);
  } else if (!Stack.empty()) {
    One.Function = Stack.front().Function.empty() ? Stack.front().Display
                                                  : Stack.front().Function;
  }
  One.Stack = std::move(Stack);
  return One;
}

void Places::addNotes(Finding &F, const std::vector<Frame> &Stack) const {
  const auto Others =
      std::find_if(Stack.begin(), Stack.end(),
                   [](const Frame &At) { return !At.Relation.empty(); });
  std::vector<Frame> Shown(Stack.begin(), Others);
  if (innermostUser(Shown))
    while (!Shown.back().User)
      Shown.pop_back();
  if (Shown.size() > MostNotes)
    Shown.resize(MostNotes);
  Shown.insert(Shown.end(), Others, Stack.end());
  for (std::size_t I = 0; I < Shown.size(); ++I) {
    const Frame &At = Shown[I];
    F.Notes.push_back({relative(At.Where),
                       (I == 0                ? "in "
                        : At.Relation.empty() ? "called from "
                                              : At.Relation) +
                           (At.Function.empty() ? At.Display : At.Function) +
                           (At.Inlined ? " (inlined)" : "")});
  }
}

} // namespace gridlock::symbolize

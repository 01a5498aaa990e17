// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Places.h"

#include "tools/symbolize/LoopWaits.h"

namespace gridlock::symbolize {

static constexpr std::size_t MostNotes = 24;

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
    One.Function = Stack.front().Display;
  }
  One.Stack = std::move(Stack);
  return One;
}

void Places::addNotes(Finding &F, const std::vector<Frame> &Stack) const {
  std::size_t End = Stack.size();
  if (innermostUser(Stack))
    while (!Stack[End - 1].User)
      --End;
  for (std::size_t I = 0; I < End && I < MostNotes; ++I) {
    const Frame &At = Stack[I];
    F.Notes.push_back({relative(At.Where),
                       (I == 0 ? "in " : "called from ") +
                           (At.Function.empty() ? At.Display : At.Function) +
                           (At.Inlined ? " (inlined)" : "")});
  }
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Sleeps.h"

#include "tools/symbolize/LockTimes.h"
#include "tools/symbolize/Operations.h"

#include <algorithm>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

/// The record's own stack, or that of another one of its place.
std::vector<Frame>
stackAt(const ProcessRecords &P, Symbolizer &S,
        const std::map<std::uint64_t, std::uint32_t> &WithStack,
        const SleepRecord &R) {
  const auto Found = WithStack.find(R.Place);
  return stackOf(P, S, RecordKind::Sleep,
                 Found == WithStack.end() ? R.Id : Found->second, R.Site);
}

bool moreTime(const Side &A, const Side &B) {
  return std::pair(A.Total, A.Count) > std::pair(B.Total, B.Count);
}

} // namespace

std::vector<SleepRow> sleeps(const ProcessRecords &P, Symbolizer &S,
                             const Places &Root,
                             const rules::Catalogue &Rules) {
  std::map<std::uint64_t, std::uint32_t> WithStack;
  for (const auto &[Id, R] : P.Sleeps)
    if (P.Stacks.contains({RecordKind::Sleep, Id}))
      WithStack.emplace(R.Place, Id);
  std::map<std::uint64_t, SleepRow> ByObject;
  for (const auto &[Id, R] : P.Sleeps) {
    SleepRow &Row = ByObject[R.Object];
    Row.Pid = P.Header.Pid;
    Row.Address = R.Object;
    Side One = Root.sideOf(stackAt(P, S, WithStack, R));
    One.Operation = operationOf(Rules, One.Stack, R.Operation);
    addSide(Row, Row.Wakers, R, std::move(One));
  }
  std::vector<SleepRow> Rows;
  for (auto &[Address, Row] : ByObject) {
    std::stable_sort(Row.Waiters.begin(), Row.Waiters.end(), moreTime);
    std::stable_sort(Row.Wakers.begin(), Row.Wakers.end(), moreTime);
    if (Row.Count == 0)
      continue;
    Row.Operation = Row.Waiters.front().Operation;
    Rows.push_back(std::move(Row));
  }
  return Rows;
}

} // namespace gridlock::symbolize

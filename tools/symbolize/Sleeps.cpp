// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Sleeps.h"

#include "tools/symbolize/LockTimes.h"
#include "tools/symbolize/Operations.h"

#include <algorithm>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

bool moreTime(const Side &A, const Side &B) {
  return std::pair(A.Total, A.Count) > std::pair(B.Total, B.Count);
}

} // namespace

std::uint32_t withStack(const ProcessRecords &P, const SleepRecord &R) {
  const auto Has = [&](std::uint32_t Id) {
    return P.Stacks.contains({RecordKind::Sleep, Id});
  };
  if (Has(R.Id))
    return R.Id;
  const auto Found =
      std::find_if(P.Sleeps.begin(), P.Sleeps.end(), [&](const auto &Other) {
        return Other.second.Place == R.Place && Has(Other.first);
      });
  return Found == P.Sleeps.end() ? R.Id : Found->first;
}

std::vector<SleepRow> sleeps(const ProcessRecords &P, Symbolizer &S,
                             const Places &Root,
                             const rules::Catalogue &Rules) {
  std::map<std::uint64_t, SleepRow> ByObject;
  for (const auto &[Id, R] : P.Sleeps) {
    SleepRow &Row = ByObject[R.Object];
    Row.Pid = P.Header.Pid;
    Row.Address = R.Object;
    Row.AnyProcess += R.AnyProcess;
    if (R.Max > Row.Max)
      Row.Ended = R.Ended;
    Side One =
        Root.sideOf(stackOf(P, S, RecordKind::Sleep, withStack(P, R), R.Site));
    One.Operation = operationOf(Rules, One.Stack, R.Operation);
    addSide(Row, Row.Wakers, R, std::move(One));
  }
  std::vector<SleepRow> Rows;
  for (auto &[Address, Row] : ByObject) {
    std::stable_sort(Row.Waiters.begin(), Row.Waiters.end(), moreTime);
    std::stable_sort(Row.Wakers.begin(), Row.Wakers.end(), moreTime);
    if (!Row.Waiters.empty())
      Row.Operation = Row.Waiters.front().Operation;
    Rows.push_back(std::move(Row));
  }
  return Rows;
}

void joinProcesses(std::vector<SleepRow> &Rows) {
  for (SleepRow &Row : Rows) {
    if (!Row.byAnotherProcess() || Row.Address == 0)
      continue;
    for (const SleepRow &Other : Rows)
      if (Other.Pid != Row.Pid && Other.Address == Row.Address)
        for (const Side &By : Other.Wakers)
          if (By.Pid == 0)
            Row.Wakers.emplace_back(By).Pid = Other.Pid;
  }
  std::erase_if(Rows, [](const SleepRow &Row) { return Row.Count == 0; });
}

} // namespace gridlock::symbolize

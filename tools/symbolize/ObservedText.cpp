// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LockTimes.h"

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace gridlock::symbolize {

namespace {

constexpr std::size_t MostLocks = 10;

std::string placeOf(const Location &Where, const report::Report &R,
                    const report::TextOptions &Options) {
  if (Where.File.empty())
    return {};
  std::string Text = report::displayPath(Where.File, R.Root, Options.Cwd);
  if (Where.Line)
    Text += ":" + std::to_string(Where.Line);
  return Text;
}

/// Columns as wide as their widest cell; numbers to the right.
void writeTable(std::ostream &Out,
                const std::vector<std::vector<std::string>> &Rows,
                std::size_t LeftColumns) {
  std::vector<std::size_t> Width;
  for (const auto &Row : Rows) {
    Width.resize(std::max(Width.size(), Row.size()));
    for (std::size_t I = 0; I < Row.size(); ++I)
      Width[I] = std::max(Width[I], Row[I].size());
  }
  for (const auto &Row : Rows) {
    std::ostringstream Line;
    for (std::size_t I = 0; I < Row.size(); ++I)
      Line << "  " << (I < LeftColumns ? std::left : std::right)
           << std::setw(static_cast<int>(Width[I])) << Row[I];
    std::string Text = Line.str();
    Text.erase(Text.find_last_not_of(' ') + 1);
    Out << Text << '\n';
  }
}

void writeLoops(std::ostream &Out, const Observed &O) {
  if (O.Loops.empty()) {
    Out << "No event loop was seen.\n";
    return;
  }
  const LoopRow &Any = O.Loops.front();
  Out << "Event loops (busy time of one iteration; lag: wait of an event that "
         "comes at a random moment; late: beats of "
      << Any.HeartbeatMs << " ms over " << Any.LagMs << " ms late)\n";
  std::vector<std::vector<std::string>> Rows = {
      {"loop", "thread", "waits in", "iterations", "busy", "p50", "p99", "max",
       "lag p99", "late", "stalls"}};
  for (const LoopRow &L : O.Loops) {
    const std::uint64_t All = L.Busy + L.Idle;
    std::ostringstream Share;
    Share << std::fixed << std::setprecision(1)
          << (All ? 100.0 * static_cast<double>(L.Busy) /
                        static_cast<double>(All)
                  : 0.0)
          << " %";
    Rows.push_back({(L.Name.empty() ? L.Function : L.Name) +
                        (L.Library.empty() ? "" : " (" + L.Library + ")"),
                    std::to_string(L.Pid) + "/" + std::to_string(L.Tid) +
                        (L.Thread.empty() ? "" : " " + L.Thread),
                    L.Wait, std::to_string(L.Iterations),
                    duration(L.Busy) + " (" + Share.str() + ")",
                    duration(L.P50), duration(L.P99), duration(L.Max),
                    duration(L.LagP99),
                    std::to_string(L.LateBeats) + "/" + std::to_string(L.Beats),
                    std::to_string(L.Stalls)});
  }
  writeTable(Out, Rows, 3);
}

void writeFinding(std::ostream &Out, const Finding &F, const Observed &O,
                  const report::TextOptions &Options) {
  const std::string Place = placeOf(F.Where, O.Report, Options);
  Out << (Place.empty() ? F.Function : Place) << ": warning: " << F.Message
      << " [" << F.Rule << "]\n";
  for (const Note &N : F.Notes) {
    const std::string At = placeOf(N.Where, O.Report, Options);
    Out << "    " << N.Message << (At.empty() ? "" : " at " + At) << '\n';
  }
}

/// Locks that took less in all are counted only.
constexpr std::uint64_t LeastOfLock = 1000000;

/// How many of the rows, the most time first, are worth showing.
template <class Row> std::size_t shown(const std::vector<Row> &Rows) {
  const auto End = std::find_if(Rows.begin(), Rows.end(), [](const Row &R) {
    return R.Total < LeastOfLock;
  });
  return std::min<std::size_t>(static_cast<std::size_t>(End - Rows.begin()),
                               MostLocks);
}

void writeRest(std::ostream &Out, std::size_t Rest) {
  if (Rest != 0)
    Out << "  and " << Rest << " more (all: --format json)\n";
}

void writeSide(std::ostream &Out, const std::string &What, const Side &S,
               const Observed &O, const report::TextOptions &Options) {
  Out << "    " << What << " " << S.Function;
  const std::string Place = placeOf(S.Where, O.Report, Options);
  if (!Place.empty())
    Out << " at " << Place;
  Out << ": " << times(S.Count);
  if (S.Total)
    Out << ", " << duration(S.Total) << " in all, longest " << duration(S.Max);
  Out << '\n';
}

void writeLocks(std::ostream &Out, const Observed &O,
                const report::TextOptions &Options) {
  const std::size_t Shown = shown(O.Locks);
  if (Shown == 0)
    return;
  Out << "\nContended locks (waits only; an uncontended lock costs nothing and "
         "is not listed)\n";
  for (std::size_t I = 0; I < Shown; ++I) {
    const LockRow &L = O.Locks[I];
    Out << "  lock " << hexadecimal(L.Address) << " (process " << L.Pid
        << "): waited for " << times(L.Count) << ", " << duration(L.Total)
        << " in all, longest " << duration(L.Max) << '\n';
    for (std::size_t W = 0; W < L.Waiters.size() && W < 3; ++W) {
      writeSide(Out, "waiting:", L.Waiters[W], O, Options);
      if (L.Waiters[W].Meanwhile)
        Out << "      when that began, the holder was "
            << meanwhile(L.Waiters[W]) << '\n';
    }
    for (std::size_t H = 0; H < L.Holders.size() && H < 3; ++H) {
      writeSide(Out, "held by:", L.Holders[H], O, Options);
      if (L.Holders[H].Meanwhile)
        Out << "      meanwhile " << meanwhile(L.Holders[H]) << '\n';
    }
    for (std::size_t H = 0; H < L.Holds.size() && H < 3; ++H)
      Out << "    held for, taken in " << L.Holds[H].Function << ": "
          << times(L.Holds[H]) << '\n';
  }
  writeRest(Out, O.Locks.size() - Shown);
}

/// Long ones may be fine: who has no work waits for it.
void writeSleeps(std::ostream &Out, const Observed &O,
                 const report::TextOptions &Options) {
  if (O.Sleeps.empty())
    return;
  Out << "\nWaits that another thread ends (semaphores, condition variables, "
         "barriers, futexes, joined threads; who has no work is here as "
         "well)\n";
  for (std::size_t I = 0; I < O.Sleeps.size() && I < MostLocks; ++I) {
    const SleepRow &S = O.Sleeps[I];
    Out << "  " << S.Operation << " of "
        << (S.Address == 0         ? std::string("several")
            : S.Address == S.Ended ? "thread " + std::to_string(S.Ended)
                                   : hexadecimal(S.Address))
        << " (process " << S.Pid << "): waited " << times(S.Count) << ", "
        << duration(S.Total) << " in all, longest " << duration(S.Max) << '\n';
    for (std::size_t W = 0; W < S.Waiters.size() && W < 3; ++W)
      writeSide(Out, "waiting:", S.Waiters[W], O, Options);
    for (std::size_t W = 0; W < S.Wakers.size() && W < 3; ++W)
      writeSide(Out,
                S.Wakers[W].Pid == 0
                    ? std::string("ended by:")
                    : "ended by process " + std::to_string(S.Wakers[W].Pid) +
                          ":",
                S.Wakers[W], O, Options);
    if (S.byAnotherProcess())
      Out << "    ended by: another process\n";
    else if (S.Ended != 0)
      Out << "    ended by: the end of thread " << S.Ended << '\n';
  }
  writeRest(Out, O.Sleeps.size() - std::min(O.Sleeps.size(), MostLocks));
}

/// Uncontended ones as well: what is held long may be waited for tomorrow.
void writeHolds(std::ostream &Out, const Observed &O,
                const report::TextOptions &Options) {
  const std::size_t Shown = shown(O.Holds);
  if (Shown == 0)
    return;
  Out << "\nLocks held longest in all (estimated from the holds that were "
         "timed)\n";
  std::vector<std::vector<std::string>> Rows = {
      {"lock", "taken in", "held", "times", "p50", "p99", "longest", "timed"}};
  for (std::size_t I = 0; I < Shown; ++I) {
    const HoldRow &H = O.Holds[I];
    const std::string Place = placeOf(H.Where, O.Report, Options);
    Rows.push_back({H.Address ? hexadecimal(H.Address) : "several",
                    H.Function + (Place.empty() ? "" : " at " + Place),
                    duration(H.Total), std::to_string(H.Count), duration(H.P50),
                    duration(H.P99), duration(H.Max),
                    std::to_string(H.Samples)});
  }
  writeTable(Out, Rows, 2);
  writeRest(Out, O.Holds.size() - Shown);
}

} // namespace

void writeObservedText(std::ostream &Out, const Observed &O,
                       const report::TextOptions &Options) {
  writeLoops(Out, O);
  if (!O.Report.Findings.empty())
    Out << '\n';
  for (const Finding &F : O.Report.Findings)
    writeFinding(Out, F, O, Options);
  writeLocks(Out, O, Options);
  writeSleeps(Out, O, Options);
  writeHolds(Out, O, Options);
  if (!O.Remarks.empty())
    Out << '\n';
  for (const std::string &Text : O.Remarks)
    Out << "remark: " << Text << '\n';
  Out << '\n'
      << O.Processes << (O.Processes == 1 ? " process, " : " processes, ")
      << O.Loops.size()
      << (O.Loops.size() == 1 ? " event loop, " : " event loops, ")
      << O.Report.Findings.size()
      << (O.Report.Findings.size() == 1 ? " finding" : " findings");
  if (O.Report.Counts.Suppressed)
    Out << " (" << O.Report.Counts.Suppressed << " suppressed)";
  Out << ", " << O.Locks.size()
      << (O.Locks.size() == 1 ? " contended lock\n" : " contended locks\n");
}

std::string duration(std::uint64_t Ns) {
  char Text[32];
  const double N = static_cast<double>(Ns);
  if (Ns < 1000)
    std::snprintf(Text, sizeof Text, "%.0f ns", N);
  else if (Ns < 1000000)
    std::snprintf(Text, sizeof Text, "%.3g us", N / 1e3);
  else if (Ns < 1000000000)
    std::snprintf(Text, sizeof Text, Ns < 100000000 ? "%.3g ms" : "%.0f ms",
                  N / 1e6);
  else
    std::snprintf(Text, sizeof Text, "%.2f s", N / 1e9);
  return Text;
}

std::string times(std::uint64_t Count) {
  return Count == 1 ? "once" : std::to_string(Count) + " times";
}

std::string hexadecimal(std::uint64_t Address) {
  char Text[24];
  std::snprintf(Text, sizeof Text, "0x%llx",
                static_cast<unsigned long long>(Address));
  return Text;
}

} // namespace gridlock::symbolize

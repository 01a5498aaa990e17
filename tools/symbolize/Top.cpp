// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Top.h"

#include "tools/symbolize/LoopTimes.h"
#include "tools/symbolize/LoopWaits.h"
#include "tools/symbolize/Places.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ostream>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

constexpr std::size_t MostLocks = 8;

template <class... Values>
std::string format(const char *Form, const Values &...Value) {
  char Text[512];
  std::snprintf(Text, sizeof Text, Form, Value...);
  return Text;
}

double perSecond(std::uint64_t Count, std::uint64_t Ns) {
  return static_cast<double>(Count) * 1e9 / static_cast<double>(Ns);
}

/// What was added to a histogram since Before.
std::vector<Bucket> added(const std::vector<Bucket> &Now,
                          const std::vector<Bucket> &Before) {
  std::map<std::uint32_t, std::uint32_t> Old;
  for (const Bucket &B : Before)
    Old[B.Index] = B.Count;
  std::vector<Bucket> New;
  for (const Bucket &B : Now)
    if (B.Count > Old[B.Index])
      New.push_back({B.Index, B.Count - Old[B.Index]});
  return New;
}

} // namespace

std::uint64_t Top::now() const {
  const auto Since = std::chrono::system_clock::now().time_since_epoch();
  const auto Ns = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(Since).count());
  return Ns > P.Header.StartRealtime ? Ns - P.Header.StartRealtime : 1;
}

const std::string &Top::nameOf(RecordKind Kind, std::uint32_t Id,
                               const RawStack *Stack, std::uint64_t Site) {
  auto [It, New] = Names.try_emplace({Kind, Id});
  if (!New)
    return It->second;
  if (!Stack)
    if (const auto Raw = P.Stacks.find({Kind, Id}); Raw != P.Stacks.end())
      Stack = &Raw->second;
  const Places Where(Root);
  const Side At =
      Where.sideOf(Stack ? S.unwind(*Stack) : S.at(Site, P.lastMaps()));
  It->second = At.Function;
  if (!At.Where.File.empty())
    It->second += " at " + At.Where.File + ":" + std::to_string(At.Where.Line);
  return It->second;
}

void Top::writeLoops(std::vector<std::string> &Lines) {
  Lines.push_back(format("%8s %7s %10s %9s %9s %9s %7s  %s", "thread", "busy",
                         "rounds/s", "p50", "p99", "lag p99", "stalls",
                         "event loop"));
  struct Row {
    std::uint64_t Busy;
    std::string Text;
  };
  std::vector<Row> Rows;
  for (const auto &[Id, L] : P.Loops) {
    if (L.Head.Ended)
      continue;
    const LoopData &Before = LoopsBefore[Id];
    const std::uint64_t Busy = L.Head.Busy - Before.Head.Busy;
    const std::vector<Bucket> Times = added(L.Buckets, Before.Buckets);
    const std::string Name =
        L.Head.Name[0] ? std::string(L.Head.Name)
                       : nameOf(RecordKind::Loop, Id, nullptr, L.Head.Site);
    // What a long callback took is only known, and counted, when it ends.
    const double Share = std::min(100.0, 100.0 * static_cast<double>(Busy) /
                                             static_cast<double>(Interval));
    Rows.push_back(
        {Busy,
         format("%8u %5.1f %% %10.1f %9s %9s %9s %7llu  ", L.Head.Tid, Share,
                perSecond(L.Head.Iterations - Before.Head.Iterations, Interval),
                duration(quantile(Times, 0.50)).c_str(),
                duration(quantile(Times, 0.99)).c_str(),
                duration(lagQuantile(Times, std::max(Interval, Busy), 0.99))
                    .c_str(),
                static_cast<unsigned long long>(L.Head.Stalls)) +
             Name + " (" + L.Head.Wait + ")"});
  }
  std::stable_sort(Rows.begin(), Rows.end(),
                   [](const Row &A, const Row &B) { return A.Busy > B.Busy; });
  for (Row &R : Rows)
    Lines.push_back(std::move(R.Text));
  if (Rows.empty())
    Lines.push_back("no event loop was seen");
  LoopsBefore = P.Loops;
}

Top::Waits Top::waits() const {
  Waits All;
  for (const auto &[Id, C] : P.Contention) {
    Wait &W = All[C.Lock];
    if (C.Side == Role::Holder) {
      W.Holders.push_back({C.Count, Id});
      continue;
    }
    W.Total += C.Total;
    W.Count += C.Count;
    W.Max = std::max(W.Max, C.Max);
    if (C.Total >= W.WaiterTime) {
      W.Waiter = Id;
      W.WaiterTime = C.Total;
    }
  }
  return All;
}

/// Who waits also holds it afterwards; another one says more.
std::string Top::holderOf(const Wait &W) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> Holders = W.Holders;
  std::sort(Holders.rbegin(), Holders.rend());
  for (const auto &[Count, Id] : Holders) {
    const std::string &Name = nameOf(P.Contention.at(Id));
    if (Name == nameOf(P.Contention.at(W.Waiter)))
      continue;
    const auto Call = P.HolderCalls.find(Id);
    return "; " + Name +
           (Call == P.HolderCalls.end()
                ? std::string()
                : std::string(", blocked meanwhile in ") +
                      Call->second.Operation);
  }
  return {};
}

void Top::writeLocks(std::vector<std::string> &Lines) {
  Waits Now = waits();
  std::map<std::uint64_t, std::uint64_t> Longest; // hold timed, by lock
  for (const auto &[Id, H] : P.Holds)
    Longest[H.Head.Lock] = std::max(Longest[H.Head.Lock], H.Head.Max);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> Order; // time, lock
  for (const auto &[Lock, W] : Now)
    if (W.Total > WaitsBefore[Lock].Total)
      Order.push_back({W.Total - WaitsBefore[Lock].Total, Lock});
  std::sort(Order.rbegin(), Order.rend());
  Lines.push_back("");
  Lines.push_back(format("%-14s %9s %9s %9s  %s", "lock", "waited/s", "waits/s",
                         "longest", "waited for in; held by"));
  for (std::size_t I = 0; I < Order.size() && I < MostLocks; ++I) {
    const Wait &W = Now[Order[I].second],
               &Before = WaitsBefore[Order[I].second];
    const auto InOneSecond =
        static_cast<std::uint64_t>(perSecond(Order[I].first, Interval));
    std::string Text = format("0x%-12llx %9s %9.1f %9s  ",
                              static_cast<unsigned long long>(Order[I].second),
                              duration(InOneSecond).c_str(),
                              perSecond(W.Count - Before.Count, Interval),
                              duration(W.Max).c_str()) +
                       nameOf(P.Contention.at(W.Waiter));
    Text += holderOf(W);
    if (const auto Held = Longest.find(Order[I].second); Held != Longest.end())
      Text += ", held for up to " + duration(Held->second);
    Lines.push_back(std::move(Text));
  }
  if (Order.empty())
    Lines.push_back("no thread waited for a lock");
  WaitsBefore = std::move(Now);
}

void Top::writeStalls(std::vector<std::string> &Lines) {
  std::map<std::uint32_t, const StallData *> Open; // by stall: the last report
  for (const StallData &D : P.Stalls)
    if (!P.StallEnds.count(D.Head.Id))
      Open[D.Head.Id] = &D;
  std::map<std::uint32_t, const StallData *> ByThread; // the last one counts
  for (const auto &[Id, D] : Open)
    ByThread[D->Head.Tid] = D;
  if (ByThread.empty())
    return;
  Lines.push_back("");
  Lines.push_back("stalled now");
  for (const auto &[Tid, D] : ByThread) {
    const std::uint64_t At = now();
    Lines.push_back(format("%8u %9s  ", Tid,
                           duration(At > D->Head.Start ? At - D->Head.Start
                                                       : D->Head.Elapsed)
                               .c_str()) +
                    (D->Head.Operation[0]
                         ? std::string(D->Head.Operation) + " in "
                         : "on a CPU in ") +
                    nameOf(RecordKind::Stall, D->Head.Id, &D->Stack, 0));
  }
}

void Top::writeDeadlocks(std::vector<std::string> &Lines) {
  if (P.Deadlocks.empty())
    return;
  Lines.push_back("");
  for (const auto &[Id, Parts] : P.Deadlocks) {
    std::string Text = "DEADLOCK";
    for (const DeadlockPart &D : Parts)
      Text += (&D == &Parts.front() ? ": thread " : ", thread ") +
              std::to_string(D.Head.Tid) + " in " +
              nameOf(RecordKind::Deadlock, D.Head.Id, nullptr, D.Head.Site);
    Lines.push_back(Text);
  }
}

void Top::write(std::ostream &Out, unsigned Most, const std::string &Name,
                const std::string &Children) {
  const std::uint64_t Now = P.Live ? P.LiveTime : now();
  Interval = std::max<std::uint64_t>(Now - std::min(Now, TimeBefore), 1);
  std::vector<std::string> Lines = {"gridlock top: " + Name + ", process " +
                                        std::to_string(P.Header.Pid) + ", up " +
                                        duration(Now),
                                    ""};
  TimeBefore = Now;
  writeLoops(Lines);
  if (!Children.empty())
    Lines.push_back("processes that it started are watched, too: " + Children);
  writeStalls(Lines);
  writeDeadlocks(Lines);
  writeLocks(Lines);
  if (Most != 0 && Lines.size() > Most)
    Lines.resize(Most);
  for (const std::string &Line : Lines)
    Out << Line << '\n';
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Top.h"

#include "tools/symbolize/LoopTimes.h"
#include "tools/symbolize/LoopWaits.h"
#include "tools/symbolize/Places.h"
#include "tools/symbolize/Sleeps.h"

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

std::string inHex(std::uint64_t Address) {
  return format("0x%llx", static_cast<unsigned long long>(Address));
}

/// By what was waited for.
template <class Wait, class Record>
std::map<std::uint64_t, Wait>
waitsOf(const std::map<std::uint32_t, Record> &Records,
        std::uint64_t Record::*Object) {
  std::map<std::uint64_t, Wait> All;
  for (const auto &[Id, R] : Records) {
    Wait &W = All[R.*Object];
    if (R.Side == Role::Holder) {
      W.Holders.push_back({R.Count, Id});
      continue;
    }
    W.Total += R.Total;
    W.Count += R.Count;
    W.Max = std::max(W.Max, R.Max);
    if (R.Total >= W.WaiterTime) {
      W.Waiter = Id;
      W.WaiterTime = R.Total;
    }
  }
  return All;
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

const std::string &Top::nameOf(const monitor::SleepRecord &R) {
  return nameOf(RecordKind::Sleep, withStack(P, R), nullptr, R.Site);
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

std::string Top::wakerOf(const Wait &W) {
  if (!W.Holders.empty())
    return "; " +
           nameOf(P.Sleeps.at(
               std::max_element(W.Holders.begin(), W.Holders.end())->second));
  const monitor::SleepRecord &R = P.Sleeps.at(W.Waiter);
  if (R.AnyProcess != 0)
    return "; another process";
  return R.Ended == 0 ? std::string()
                      : "; the end of thread " + std::to_string(R.Ended);
}

template <class Object, class Name, class Rest>
void Top::writeWaits(std::vector<std::string> &Lines, Waits Now, Waits &Before,
                     const char *What, const char *Who, Object &&ObjectOf,
                     Name &&NameOf, Rest &&RestOf) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> Order; // time, object
  for (const auto &[Address, W] : Now)
    if (W.Total > Before[Address].Total)
      Order.push_back({W.Total - Before[Address].Total, Address});
  std::sort(Order.rbegin(), Order.rend());
  if (!Order.empty()) {
    Lines.push_back("");
    Lines.push_back(format("%-14s %9s %9s %9s  %s", What, "waited/s", "waits/s",
                           "longest", Who));
  }
  for (std::size_t I = 0; I < Order.size() && I < MostLocks; ++I) {
    const auto [Time, Address] = Order[I];
    const Wait &W = Now[Address];
    const auto InOneSecond =
        static_cast<std::uint64_t>(perSecond(Time, Interval));
    Lines.push_back(format("%-14s %9s %9.1f %9s  ", ObjectOf(Address).c_str(),
                           duration(InOneSecond).c_str(),
                           perSecond(W.Count - Before[Address].Count, Interval),
                           duration(W.Max).c_str()) +
                    NameOf(W.Waiter) + RestOf(Address, W));
  }
  Before = std::move(Now);
}

void Top::writeLocks(std::vector<std::string> &Lines) {
  std::map<std::uint64_t, std::uint64_t> Longest; // hold timed, by lock
  for (const auto &[Id, H] : P.Holds)
    Longest[H.Head.Lock] = std::max(Longest[H.Head.Lock], H.Head.Max);
  const std::size_t Before = Lines.size();
  writeWaits(
      Lines, waitsOf<Wait>(P.Contention, &monitor::ContentionRecord::Lock),
      WaitsBefore, "lock", "waited for in; held by", inHex,
      [&](std::uint32_t Id) { return nameOf(P.Contention.at(Id)); },
      [&](std::uint64_t Lock, const Wait &W) {
        const auto Held = Longest.find(Lock);
        return holderOf(W) +
               (Held == Longest.end()
                    ? std::string()
                    : ", held for up to " + duration(Held->second));
      });
  if (Lines.size() == Before)
    Lines.insert(Lines.end(), {"", "no thread waited for a lock"});
}

/// What else threads waited for, those without work as well.
void Top::writeSleeps(std::vector<std::string> &Lines) {
  writeWaits(
      Lines, waitsOf<Wait>(P.Sleeps, &monitor::SleepRecord::Object),
      SleepsBefore, "object", "waited for in; ended by",
      [&](std::uint64_t Object) {
        const bool IsThread =
            std::any_of(P.Sleeps.begin(), P.Sleeps.end(), [&](const auto &S) {
              return S.second.Object == Object && S.second.Ended == Object;
            });
        return IsThread ? "thread " + std::to_string(Object) : inHex(Object);
      },
      [&](std::uint32_t Id) { return nameOf(P.Sleeps.at(Id)); },
      [&](std::uint64_t, const Wait &W) { return wakerOf(W); });
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
  writeSleeps(Lines);
  if (Most != 0 && Lines.size() > Most)
    Lines.resize(Most);
  for (const std::string &Line : Lines)
    Out << Line << '\n';
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LockOrder.h"

#include <algorithm>
#include <set>

namespace gridlock::symbolize {

namespace {

constexpr std::size_t ShortCycle = 4, MostSteps = 1000000;

bool sameThread(const OrderData &A, const OrderData &B) {
  return A.Head.Tid == B.Head.Tid && A.Head.ThreadStart == B.Head.ThreadStart;
}

/// A's thread took its locks while B's thread was there.
bool during(const OrderData &A, const OrderData &B) {
  return A.Head.Last >= B.Head.ThreadStart &&
         (B.Head.ThreadEnd == 0 || A.Head.First <= B.Head.ThreadEnd);
}

/// Both threads can't be where they are at once: they hold a common lock.
bool keptApart(const OrderData &A, const OrderData &B) {
  for (const monitor::HeldRecord &X : A.Held)
    for (const monitor::HeldRecord &Y : B.Held)
      if (X.Lock == Y.Lock && !(X.Shared && Y.Shared))
        return true;
  return false;
}

bool atSameTime(const OrderData &A, const OrderData &B) {
  return A.Head.First <= B.Head.Last && B.Head.First <= A.Head.Last;
}

class Finder {
public:
  explicit Finder(const std::map<std::uint32_t, OrderData> &Orders) {
    for (const auto &[Id, O] : Orders)
      for (const monitor::HeldRecord &H : O.Held)
        From[H.Lock].push_back({&O, &H});
  }

  OrderCycles run() {
    Most = ShortCycle;
    search();
    for (const OrderCycle &Cycle : Result.Found)
      for (const OrderStep &S : Cycle)
        From.erase(S.From->Lock);
    Most = From.size();
    if (Most > ShortCycle)
      search();
    std::stable_sort(Result.Found.begin(), Result.Found.end(),
                     [](const OrderCycle &A, const OrderCycle &B) {
                       return A.size() < B.size();
                     });
    return std::move(Result);
  }

private:
  void search() {
    cut();
    Steps = 0;
    for (const auto &[Lock, Orders] : From)
      for (const OrderStep &S : Orders) {
        Path = {S};
        extend(Lock);
      }
    Result.Complete &= Steps <= MostSteps;
  }

  /// Locks from which nothing goes on, or to which nothing leads, are in no
  /// cycle; then there may be more of them.
  void cut() {
    for (bool Again = true; Again;) {
      std::set<std::uint64_t> Wanted;
      for (const auto &[Lock, Orders] : From)
        for (const OrderStep &S : Orders)
          Wanted.insert(S.Order->Head.Lock);
      Again = false;
      for (auto It = From.begin(); It != From.end();) {
        std::erase_if(It->second, [&](const OrderStep &S) {
          return !From.count(S.Order->Head.Lock);
        });
        const bool Ends = It->second.empty() || !Wanted.count(It->first);
        It = Ends ? From.erase(It) : std::next(It);
        Again |= Ends;
      }
    }
  }

  /// Start is the smallest lock of the cycle, so that each is found once.
  void extend(std::uint64_t Start) {
    const OrderStep Last = Path.back();
    const std::uint64_t Wanted = Last.Order->Head.Lock;
    if (++Steps > MostSteps || Wanted < Start)
      return; // from the smallest lock each is found once
    if (Wanted == Start) {
      if (Path.size() > 1 &&
          !(Last.Order->Head.Shared && Path.front().From->Shared))
        add();
      return;
    }
    const auto Next = From.find(Wanted);
    if (Path.size() == Most || Next == From.end())
      return;
    for (const OrderStep &S : Next->second) {
      if (Last.Order->Head.Shared && S.From->Shared)
        continue;
      if (std::any_of(Path.begin(), Path.end(), [&](const OrderStep &P) {
            return sameThread(*P.Order, *S.Order) ||
                   !during(*P.Order, *S.Order) || !during(*S.Order, *P.Order) ||
                   keptApart(*P.Order, *S.Order);
          }))
        continue;
      Path.push_back(S);
      extend(Start);
      Path.pop_back();
    }
  }

  void add() {
    std::set<std::pair<std::uint64_t, std::uint64_t>> Places;
    bool Together = true;
    for (const OrderStep &S : Path) {
      Places.insert({S.From->Site, S.Order->Head.Site});
      for (const OrderStep &T : Path)
        Together = Together && atSameTime(*S.Order, *T.Order);
    }
    if (Places.size() < Path.size() && !Together)
      return;
    if (Known.insert(Places).second)
      Result.Found.push_back(Path);
  }

  std::map<std::uint64_t, std::vector<OrderStep>> From; // by the lock held
  OrderCycle Path;
  std::size_t Steps = 0, Most = 0;
  std::set<std::set<std::pair<std::uint64_t, std::uint64_t>>> Known;
  OrderCycles Result;
};

} // namespace

OrderCycles findOrderCycles(const std::map<std::uint32_t, OrderData> &Orders) {
  return Finder(Orders).run();
}

} // namespace gridlock::symbolize

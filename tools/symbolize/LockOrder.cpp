// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LockOrder.h"

#include <algorithm>
#include <set>

namespace gridlock::symbolize {

namespace {

constexpr std::size_t MostThreads = 4, MostSteps = 200000;

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

  std::vector<OrderCycle> run() {
    for (const auto &[Lock, Steps] : From)
      for (const OrderStep &S : Steps) {
        Path = {S};
        extend(Lock);
      }
    std::stable_sort(Found.begin(), Found.end(),
                     [](const OrderCycle &A, const OrderCycle &B) {
                       return A.size() < B.size();
                     });
    return std::move(Found);
  }

private:
  /// Start is the smallest lock of the cycle, so that each is found once.
  void extend(std::uint64_t Start) {
    const OrderStep Last = Path.back();
    const std::uint64_t Wanted = Last.Order->Head.Lock;
    if (++Steps > MostSteps || Wanted < Start)
      return;
    if (Wanted == Start) {
      if (Path.size() > 1 &&
          !(Last.Order->Head.Shared && Path.front().From->Shared))
        add();
      return;
    }
    const auto Next = From.find(Wanted);
    if (Path.size() == MostThreads || Next == From.end())
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
      Found.push_back(Path);
  }

  std::map<std::uint64_t, std::vector<OrderStep>> From; // by the lock held
  OrderCycle Path;
  std::size_t Steps = 0;
  std::set<std::set<std::pair<std::uint64_t, std::uint64_t>>> Known;
  std::vector<OrderCycle> Found;
};

} // namespace

std::vector<OrderCycle>
findOrderCycles(const std::map<std::uint32_t, OrderData> &Orders) {
  return Finder(Orders).run();
}

} // namespace gridlock::symbolize

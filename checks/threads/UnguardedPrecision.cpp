// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/UnguardedPrecision.h"

#include <algorithm>

namespace gridlock {

std::optional<Precision> precisionOf(const GuardEvidence &E, const Unguarded &U,
                                     const Phases &When, bool IsGlobal) {
  Phases::Mask Threads =
      When.threadsOf(U.Root) | (U.Use->Write ? E.Users : E.Writers);
  if (!When.areSeveral(Threads))
    return std::nullopt;
  if (E.Declared)
    return Precision::High;
  if (U.Reason == Unguarded::Why::ReaderLock)
    return E.GuardedUses > 0 || When.rootIn(Threads) ? Precision::High
                                                     : Precision::Medium;
  if (E.mayMiss(U))
    return E.SameObject && !U.OtherLock && !E.IsElement ? Precision::High
                                                        : Precision::Medium;
  std::size_t Share = 100 * E.GuardedIn.size() / E.functions();
  // Who writes it doesn't take the lock: only where a thread is seen to.
  if (E.GuardedWrites == 0 &&
      (!U.Use->Write || !When.rootIn(When.threadsOf(U.Root)) ||
       E.GuardedIn.size() < 2 || Share < 66))
    return std::nullopt;
  bool WritesGuarded =
      std::none_of(E.Without.begin(), E.Without.end(),
                   [](const Unguarded &Other) { return Other.Use->Write; });
  bool Seen = When.rootIn(Threads) != nullptr;
  Precision Result = Precision::Low;
  if (E.GuardedIn.size() >= 2 && E.GuardedUses >= 3 && Share >= 75)
    Result = Precision::High;
  else if (E.GuardedIn.size() >= 2 && Share >= 66)
    Result = WritesGuarded || Seen || !IsGlobal ? Precision::High
                                                : Precision::Medium;
  else if (WritesGuarded && Share >= 50)
    Result = Seen && !IsGlobal ? Precision::High : Precision::Medium;
  else if (Share >= 66 || (Share >= 50 && !IsGlobal))
    Result = Precision::Medium;
  // Which of several locks is meant may depend on an argument.
  if (U.Reason == Unguarded::Why::OtherObject || U.Path.size() > 2 ||
      U.OtherLock || E.IsElement)
    Result = std::min(Result, Precision::Medium);
  // If that is called before anything else runs, it needs no lock.
  if (When.mayRunAtStart(U.Root))
    Result = std::min(Result, Precision::Medium);
  // That a global lock guards parts of objects takes more.
  if (!E.SameObject)
    Result = E.GuardedIn.size() >= 3 && Result >= Precision::High
                 ? Precision::Medium
                 : Precision::Low;
  return Result;
}

} // namespace gridlock

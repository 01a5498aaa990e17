// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/CalleeKinds.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Guards.h"
#include "checks/locks/GuardHolders.h"
#include "checks/locks/OwnAsyncLocks.h"
#include "checks/locks/SemaphoreLocks.h"

namespace gridlock {

using rules::Effect;

std::uint8_t CalleeKinds::ask(SymbolId S) {
  std::uint8_t Bits = Asked;
  for (const rules::Entry *Entry : P.entries(S)) {
    if (does(*Entry, Effect::Acquires) || does(*Entry, Effect::Releases) ||
        does(*Entry, Effect::TryAcquires))
      Bits |= TouchesLocks;
    if (does(*Entry, Effect::WaitsReleasing))
      Bits |= WaitsReleasing;
  }
  const ProgramSymbol &Symbol = P.symbol(S);
  if (std::uint32_t Record = Symbol.Fact->record();
      Record != 0 && guardType(P, Symbol.Unit, Record))
    Bits |= OfGuard;
  std::string_view Name = P.qualifiedName(S);
  if (mayFillHolder(Name))
    Bits |= OfHolder;
  if (mayEmptyHolder(Name) || asksHolder(Name))
    Bits |= AsksHolder;
  if (ownAsyncMethod(P, S) != OwnAsyncMethod::None)
    Bits |= OwnAsync | TouchesLocks;
  if (semaphoreUse(P, S) != SemaphoreUse::None)
    Bits |= OfSemaphore | TouchesLocks;
  return Known[S] = Bits;
}

} // namespace gridlock

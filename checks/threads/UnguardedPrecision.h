// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How sure it is that a use of shared state needs a lock, by the evidence that
// checks/engine/README.md lists.
#ifndef GRIDLOCK_THREADS_UNGUARDEDPRECISION_H
#define GRIDLOCK_THREADS_UNGUARDEDPRECISION_H

#include "checks/threads/FieldGuards.h"

#include <optional>

namespace gridlock {

/// Empty: it needs none. IS_GLOBAL: the lock is a global.
std::optional<Precision> precisionOf(const GuardEvidence &E, const Unguarded &U,
                                     const Phases &When, bool IsGlobal);

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks in messages and notes: how a lock is called, and the calls that led to
// an acquisition.
#ifndef GRIDLOCK_LOCKS_LOCKTEXT_H
#define GRIDLOCK_LOCKS_LOCKTEXT_H

#include "checks/locks/LockModel.h"

namespace gridlock {

/// "'Account::mutex_'": the lock's name in the order graph, or what function F
/// calls it; "a lock" if it has no name.
std::string quoteLock(const Program &P, FunctionId F, const AccessPath &Lock);
/// "lock 'Account::mutex_'", or "a lock".
std::string describeLock(const Program &P, FunctionId F,
                         const AccessPath &Lock);

/// " in shared mode" and its like; empty for a lock that is taken alone.
std::string modeText(rules::LockMode Mode);

/// Whether F is written in C, where there are no guards.
bool isInC(const Program &P, FunctionId F);

/// Adds the calls of a chain and its acquisition as notes of SIDE; WHAT ends
/// the last one.
void addTrace(const LockModel &Model, ChainId Chain, const std::string &What,
              std::vector<Note> &Notes, unsigned Side = 0);

/// Where the user's own code sets an acquisition off: the first place of the
/// chain that is not in a library.
Location placeOf(const LockModel &Model, ChainId Chain);

} // namespace gridlock

#endif

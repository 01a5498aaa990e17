// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The calls by which a function takes and releases locks by hand: methods and
// functions that the catalogue knows, and methods of lock classes of the
// program's own.
#ifndef GRIDLOCK_LOCKS_LOCKOPERATIONS_H
#define GRIDLOCK_LOCKS_LOCKOPERATIONS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

enum class GuardSupply : std::uint8_t {
  Library, // a method of a lock that comes with guards
  Own,     // a lock class of the program's own
  None     // a function of a C library
};

struct LockOperation {
  AccessPath Lock;
  bool Takes; // else releases
  GuardSupply Guards;
};

/// By event. Guards' own methods, tries and locks that are awaited are none.
std::map<const facts::Event *, LockOperation>
lockOperations(const LockModel &Model, FunctionId F);

/// Whether the result of E, which ENTRY says tries to take a lock, is zero if
/// it has: it is no truth value, neither by its type nor by the name that C
/// libraries give to such an int.
bool zeroIsTaken(const Program &P, std::uint32_t Unit, const facts::Event &E,
                 const rules::Entry &Entry);

/// Whether the result of E, which ENTRY may say takes a lock, is an error where
/// it has not, and zero else, as pthread_mutex_lock and mtx_lock have it.
bool tellsError(const Program &P, std::uint32_t Unit, const facts::Event &E,
                const rules::Entry &Entry);

/// EOWNERDEAD: who had the lock has died, and it is held all the same.
constexpr std::int64_t OwnerDied = 130;

} // namespace gridlock

#endif

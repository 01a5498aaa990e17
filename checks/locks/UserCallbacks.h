// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of what the program doesn't determine, and whether it is a callback
// that a user of the code has registered: something kept in a member, put there
// from outside, which is told of events or asked for objects. Tables of
// operations, comparators, clocks and the like are not. One that the program
// does determine counts if it has to do with locks itself: a user's code takes
// them in an order that the owner does not know; if it is one of a list to
// which other classes add theirs; or if it is told the object that has the
// lock.
#ifndef GRIDLOCK_LOCKS_USERCALLBACKS_H
#define GRIDLOCK_LOCKS_USERCALLBACKS_H

#include "checks/locks/HeldLocks.h"

#include <optional>
#include <string>

namespace gridlock {

struct UserCallback {
  std::string Text;     // how messages call it
  bool IsRegistered;    // by a user, as far as it can be told
  Precision Otherwise;  // what it is worth if nothing is known of it
  bool IsKnown = false; // the program determines what is called
};

/// What E of function F invokes with the locks of SITE, if its target is not
/// known or counts all the same.
std::optional<UserCallback> userCallback(const LockModel &Model, FunctionId F,
                                         const facts::Event &E,
                                         const HeldSite &Site);

} // namespace gridlock

#endif

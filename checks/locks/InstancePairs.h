// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether two locks of one class, taken by one function for two objects, can be
// taken the other way round by another call of it.
#ifndef GRIDLOCK_LOCKS_INSTANCEPAIRS_H
#define GRIDLOCK_LOCKS_INSTANCEPAIRS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

enum class PairShape {
  Fine,      // ordered, under a common lock, of one structure, or not known
  Hierarchy, // the names tell of a parent and a child, or the like
  Exchanged, // two arguments that play the same part
  Elements   // two elements of one array, or results of a getter, by two
             // arguments
};

PairShape shapeOf(const Program &P, const InstancePair &Pair);

} // namespace gridlock

#endif

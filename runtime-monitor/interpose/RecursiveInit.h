// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only exception the monitor throws, apart from the rest, which is compiled
// without.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_RECURSIVEINIT_H
#define GRIDLOCK_MONITOR_INTERPOSE_RECURSIVEINIT_H

namespace gridlock::monitor {

/// A static variable's initialisation needs itself: throws what libstdc++
/// throws then, or ends the program, as libc++ does.
[[noreturn]] void failRecursiveInit();

} // namespace gridlock::monitor

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where in the program a call was made. The return address of an interposed
// call is mostly enough; but in a program that is not optimised it lies in the
// library's own wrapper (std::mutex::lock), the same one for all callers.
#ifndef GRIDLOCK_MONITOR_CORE_PLACE_H
#define GRIDLOCK_MONITOR_CORE_PLACE_H

#include "runtime-monitor/include/gridlock/monitor.h"

namespace gridlock::monitor {

/// Finds the executable's code, and whether a C++ library is loaded whose locks
/// are functions of its own, not inlined (libc++). Called once.
void startPlaces() noexcept;
bool libraryLocks() noexcept;

/// Site, a return address; if it lies in such a library, the one at which that
/// was entered. From: a stack address of this thread below Site's. 10 ns.
uint64_t outsideLibrary(uint64_t From, uint64_t Site) noexcept;
/// The same for a caller that is about to be noted.
[[gnu::noinline]] const void *outsideLibrary(const void *Site) noexcept;

/// Equal for equal places: of Site, and of the return addresses above it in the
/// executable, as far as there are frame pointers, at most so many: user code is
/// above a library's. Half a microsecond.
uint64_t placeOf(const gridlock_call &Call, uint64_t Site,
                 int MostFrames = 6) noexcept;

/// The same where the call is made by a function of the C++ library (std::
/// condition_variable::wait) or a template (std::atomic::wait): also without
/// frame pointers, by the first code addresses of the executable on the stack
/// from Above, where the caller's frame begins. Some of these may be left over,
/// so one place may become several. Most: so many addresses. 20 ns.
uint64_t placeAbove(const gridlock_call &Call, uint64_t Site, const void *Above,
                    int Most = 4) noexcept;
/// The same for a function that has taken Call on its own stack and returns to
/// Site, in a library's templates: the program's code is further up.
uint64_t placeOfCreation(const gridlock_call &Call, uint64_t Site) noexcept;

} // namespace gridlock::monitor

#endif

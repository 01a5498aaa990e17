// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that libc++ makes of a mutex and condition variables, by the
// operations' names.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_LIBCXX_H
#define GRIDLOCK_MONITOR_INTERPOSE_LIBCXX_H

#include <cstdint>

namespace gridlock::monitor::libcxx {

inline constexpr char TimedLocks[] = "std-sync/std::timed_mutex::lock",
                      TimedTries[] = "std-sync/std::timed_mutex::try_lock",
                      TimedUnlocks[] = "std-sync/std::timed_mutex::unlock";
inline constexpr char RecursiveLocks[] =
    "std-sync/std::recursive_timed_mutex::lock",
                      RecursiveTries[] =
                          "std-sync/std::recursive_timed_mutex::try_lock",
                      RecursiveUnlocks[] =
                          "std-sync/std::recursive_timed_mutex::unlock";
// shared_timed_mutex's members are the same.
inline constexpr char Writes[] = "std-sync/std::shared_mutex::lock",
                      TriesToWrite[] = "std-sync/std::shared_mutex::try_lock",
                      HasWritten[] = "std-sync/std::shared_mutex::unlock",
                      Reads[] = "std-sync/std::shared_mutex::lock_shared",
                      TriesToRead[] =
                          "std-sync/std::shared_mutex::try_lock_shared",
                      HasRead[] = "std-sync/std::shared_mutex::unlock_shared";
inline constexpr char CallsOnce[] = "std-sync/std::call_once";

/// Where a shared mutex's count of readers lies, part of its ABI (version 1);
/// the highest bit: a writer has it, or waits for the readers.
constexpr unsigned ReadersAt = 136;
constexpr uint32_t NoReaders = 1u << 31;

} // namespace gridlock::monitor::libcxx

#endif

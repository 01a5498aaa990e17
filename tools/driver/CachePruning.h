// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keeps the cache folder of Extraction.h from growing for ever: facts of files
// that were removed, renamed or are no longer in the compile database. Which of
// them are still wanted is not known (a run may be restricted to some folders,
// several databases may share the cache), so the least recently used go.
//
// The time of use is the time stamp of a unit's log, which ninja does not look
// at. Threads: the caller holds the folder's lock. Cost: one stat a file in the
// cache. Errors: what can't be removed stays.
#ifndef GRIDLOCK_TOOLS_DRIVER_CACHEPRUNING_H
#define GRIDLOCK_TOOLS_DRIVER_CACHEPRUNING_H

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace gridlock::driver {

struct CacheLimits {
  std::chrono::hours Unused = std::chrono::hours(24 * 30);
  std::uint64_t Bytes = std::uint64_t(4) << 30; // of all units together
};

/// Marks the units with these logs as used now, then removes units from the
/// cache FOLDER that were not used for long or, the longest unused first, do
/// not fit; those marked now stay in any case.
void pruneCache(const std::filesystem::path &Folder,
                const std::vector<std::filesystem::path> &UsedLogs,
                const CacheLimits &Limits);

} // namespace gridlock::driver

#endif

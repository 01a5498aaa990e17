// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// File helpers of the driver and the commands. Threads: no state. Errors:
// returned.
#ifndef GRIDLOCK_TOOLS_DRIVER_FILES_H
#define GRIDLOCK_TOOLS_DRIVER_FILES_H

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gridlock::driver {

/// The whole file, or nothing when it can't be read (a directory can't be).
std::optional<std::string> readFile(const std::filesystem::path &Path);

/// Writes CONTENT through a temporary and rename, but leaves a file that has
/// this content already untouched, so that its time stamp stays. Returns an
/// empty string or the error.
std::string writeIfChanged(const std::filesystem::path &Path,
                           std::string_view Content);

/// The path without links, `.` and `..`, as far as it exists; the rest
/// lexically.
std::filesystem::path canonicalPath(const std::filesystem::path &Path);

/// True if PATH is DIRECTORY or below it; both canonical.
bool isWithin(const std::filesystem::path &Path,
              const std::filesystem::path &Directory);

/// 16 hexadecimal digits of a 64-bit FNV-1a hash, for names of cache files.
std::string hashName(std::string_view Text);

} // namespace gridlock::driver

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child process whose output is read line by line. Threads: one reader.
// Errors: the result says when the program could not be started.
#ifndef GRIDLOCK_TOOLS_DRIVER_PROCESS_H
#define GRIDLOCK_TOOLS_DRIVER_PROCESS_H

#include <functional>
#include <string>
#include <vector>

namespace gridlock::driver {

/// Runs ARGUMENTS (looked up in PATH) with ENVIRONMENT ("NAME=value") added,
/// both of its output streams joined, and hands each line without its newline
/// to ONLINE; about every 200 ms without a line, ONIDLE is called, if set.
/// Returns the exit status, 128 + signal if one ended it, -1 if it did not
/// start.
int runLines(const std::vector<std::string> &Arguments,
             const std::vector<std::string> &Environment,
             const std::function<void(const std::string &)> &OnLine,
             const std::function<void()> &OnIdle = {});

} // namespace gridlock::driver

#endif

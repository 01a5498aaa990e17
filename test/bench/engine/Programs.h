// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs of any size for measuring the engine, written as facts files. Every
// program is a pure function of its shape and size.
//
// Shapes, SIZE is the number of functions unless said otherwise:
//   realistic  units of 250 functions in libraries of 4 units that use their
//              base libraries; classes with members, virtual calls, mutexes and
//              guards, coroutines, handlers posted to a loop, threads, blocking
//              calls, small and large recursions, and functions of headers that
//              are in many units; 5 calls of own functions per function
//   cycle      each function calls the next, the last the first
//   chain      the same without the last call; a coroutine calls the first and
//              the last one blocks
//   huge       one function of SIZE events in SIZE / 20 blocks with loops
//   locks      SIZE global mutexes, five nestings each, ordered but for a few
//   hub        SIZE callers of one function with SIZE callees
//   overrides  one virtual method with SIZE overriders, called SIZE times
#ifndef GRIDLOCK_TEST_BENCH_ENGINE_PROGRAMS_H
#define GRIDLOCK_TEST_BENCH_ENGINE_PROGRAMS_H

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gridlock::bench {

/// The names of all shapes.
std::vector<std::string> shapes();

/// Writes the program's facts files into FOLDER, which exists. False: there is
/// no such shape. Throws std::runtime_error if a file can't be written.
bool writeProgram(const std::string &Shape, std::uint32_t Size,
                  const std::filesystem::path &Folder);

} // namespace gridlock::bench

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all shapes of Programs.h are made of: a unit that can be written to a
// file, and functions with locks, waits and calls in them.
#ifndef GRIDLOCK_TEST_BENCH_ENGINE_PARTS_H
#define GRIDLOCK_TEST_BENCH_ENGINE_PARTS_H

#include "test/unit/engine/FactsBuilder.h"

#include <filesystem>
#include <string>

namespace gridlock::bench {

using facts::PlaceT;
using test::FunctionBuilder;

/// One facts file in the making, with the libraries' symbols that it uses.
class Unit : public test::FactsBuilder {
public:
  explicit Unit(const std::string &MainFile);

  /// A coroutine that awaits nothing yet.
  FunctionBuilder task(const std::string &Name);
  /// A lambda that TO posts to an event loop, or runs on a thread of its own.
  FunctionBuilder posted(FunctionBuilder &To, const std::string &Name);
  FunctionBuilder onThread(FunctionBuilder &To, const std::string &Name);
  /// `std::lock_guard Guard(Mutex)`, and its end.
  PlaceT guard(FunctionBuilder &F, PlaceT Mutex);
  void endGuard(FunctionBuilder &F, PlaceT Guard);
  /// A call that blocks.
  void block(FunctionBuilder &F);

  void write(const std::filesystem::path &Folder) const;
};

} // namespace gridlock::bench

#endif

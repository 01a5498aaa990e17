// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which types can hold a callable or the handle of a coroutine, and which are
// executors: asked for every value that is looked at, so it is remembered by
// unit and type.
//
// Threads: one at a time. Cost: each type is looked at once.
#ifndef GRIDLOCK_ENGINE_CALLABLETYPES_H
#define GRIDLOCK_ENGINE_CALLABLETYPES_H

#include <cstdint>
#include <string_view>
#include <vector>

namespace gridlock {

class Program;

class CallableTypes {
public:
  /// P's symbols, types and entries must be known; it must outlive this.
  explicit CallableTypes(const Program &P);

  bool holds(std::uint32_t Unit, std::uint32_t Type) const {
    return holds(Unit, Type, 0);
  }

  /// The kinds of executor that a type, or what it refers to, is.
  enum : std::uint8_t { LoopExecutor = 1, PoolExecutor = 2 };
  std::uint8_t executor(std::uint32_t Unit, std::uint32_t Type) const {
    return executor(Unit, Type, 0);
  }

  static bool isCoroutineHandle(std::string_view Class);

private:
  bool holds(std::uint32_t Unit, std::uint32_t Type, int Depth) const;
  bool computeHolds(std::uint32_t Unit, std::uint32_t Type, int Depth) const;
  std::uint8_t executor(std::uint32_t Unit, std::uint32_t Type,
                        int Depth) const;

  const Program &P;
  // By unit and type.
  mutable std::vector<std::vector<std::uint8_t>> Holds, Executors;
};

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which of the mapped facts files are in this process's memory. As long as all
// of them fit beside the engine's own data nothing is given back; then a part
// of the files stays, and the others take turns: passes go over all files again
// and again, so that what was used last is what is needed last.
//
// Looks at what is resident (/proc/self/statm) after every 64 MiB of files that
// were touched, so that is how far the limit may be exceeded. Where it can't be
// read, 128 MiB are kept at each look.
//
// Threads: one at a time. Cost: touch() is one test for almost every call.
#ifndef GRIDLOCK_ENGINE_RESIDENCY_H
#define GRIDLOCK_ENGINE_RESIDENCY_H

#include "checks/facts/FactsFile.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gridlock {

class Residency {
public:
  /// FILES: by unit; they must outlive this.
  explicit Residency(std::vector<const FactsFile *> Files);

  /// To be called before anything of the unit is read.
  void touch(std::uint32_t Unit) {
    if (!Touched[Unit])
      use(Unit);
  }

private:
  void use(std::uint32_t Unit);
  void giveBack(std::size_t Limit);

  std::vector<const FactsFile *> Files;
  std::vector<std::uint8_t> Touched; // since the last look
  std::size_t TouchedBytes = 0;
};

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Residency.h"

#include <algorithm>
#include <fstream>
#include <unistd.h>
#include <utility>

namespace gridlock {

namespace {

constexpr std::size_t MiB = std::size_t(1) << 20;
constexpr std::size_t Step = 64 * MiB;        // touched between two looks
constexpr std::size_t MinOfFiles = 256 * MiB; // ... may always be resident
constexpr std::size_t Target = 1900 * MiB; // of all that is resident, but for
                                           // what passes find by kept places

struct Resident {
  std::size_t Files = MinOfFiles + 1, Own = Target; // bytes
};

Resident resident() {
  Resident Result;
  std::size_t Size = 0, All = 0, OfFiles = 0; // pages
  if (std::ifstream("/proc/self/statm") >> Size >> All >> OfFiles) {
    const auto Page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    Result = {OfFiles * Page, (All - OfFiles) * Page};
  }
  return Result;
}

} // namespace

Residency::Residency(std::vector<const FactsFile *> Files)
    : Files(std::move(Files)), Touched(this->Files.size(), 0) {}

void Residency::use(std::uint32_t Unit) {
  if (TouchedBytes > Step) {
    const Resident Now = resident();
    const std::size_t Limit =
        std::max(MinOfFiles, Target - std::min(Target, Now.Own));
    if (Now.Files > Limit)
      giveBack(Limit);
    std::fill(Touched.begin(), Touched.end(), std::uint8_t(0));
    TouchedBytes = 0;
  }
  Touched[Unit] = 1;
  TouchedBytes += Files[Unit]->mappedSize();
}

void Residency::giveBack(std::size_t Limit) {
  std::size_t Kept = 0;
  for (const FactsFile *File : Files)
    if (Kept < Limit / 2)
      Kept += File->mappedSize();
    else
      File->giveBack();
}

} // namespace gridlock

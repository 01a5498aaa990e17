// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any bytes at all must be refused cleanly or be safe to read to the last
// event.
#include "checks/facts/FactsFile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *Data,
                                      std::size_t Size) {
  auto Loaded = gridlock::FactsFile::fromBuffer({Data, Data + Size}, "fuzz");
  if (const auto *File = std::get_if<gridlock::FactsFile>(&Loaded))
    if (gridlock::dumpFacts(*File).empty())
      __builtin_trap();
  return 0;
}

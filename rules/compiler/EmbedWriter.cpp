// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/Outputs.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace gridlock::rules {

std::string wordsOf(const std::vector<unsigned char> &Buffer) {
  constexpr std::size_t WordsPerLine = 4;
  std::string Text;
  for (std::size_t I = 0; I < Buffer.size(); I += sizeof(std::uint64_t)) {
    std::uint64_t Word = 0;
    std::memcpy(&Word, &Buffer[I], std::min(sizeof(Word), Buffer.size() - I));
    char Hex[32];
    std::snprintf(Hex, sizeof(Hex), "0x%llx,",
                  static_cast<unsigned long long>(Word));
    Text += Hex;
    if (I / sizeof(Word) % WordsPerLine == WordsPerLine - 1)
      Text += '\n';
  }
  return Text;
}

} // namespace gridlock::rules

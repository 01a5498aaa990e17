// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/Spelling.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace gridlock::rules {

std::string toYamlWord(std::string_view Enumerator) {
  std::string Word;
  for (char C : Enumerator) {
    if (std::isupper(static_cast<unsigned char>(C)) && !Word.empty())
      Word += '-';
    Word += static_cast<char>(std::tolower(static_cast<unsigned char>(C)));
  }
  return Word;
}

std::vector<std::string> yamlWords(const char *const *EnumNames) {
  std::vector<std::string> Words;
  for (; *EnumNames; ++EnumNames)
    Words.push_back(toYamlWord(*EnumNames));
  return Words;
}

// Levenshtein distance, one row at a time.
static std::size_t editDistance(std::string_view A, std::string_view B) {
  std::vector<std::size_t> Row(B.size() + 1);
  std::iota(Row.begin(), Row.end(), 0);
  for (std::size_t I = 1; I <= A.size(); ++I) {
    std::size_t Diagonal = Row[0];
    Row[0] = I;
    for (std::size_t J = 1; J <= B.size(); ++J) {
      std::size_t Above = Row[J];
      Row[J] = std::min(
          {Above + 1, Row[J - 1] + 1, Diagonal + (A[I - 1] != B[J - 1])});
      Diagonal = Above;
    }
  }
  return Row.back();
}

std::optional<std::string> nearest(std::string_view Word,
                                   const std::vector<std::string> &Candidates) {
  std::size_t Limit = std::max<std::size_t>(2, Word.size() / 3);
  std::optional<std::string> Best;
  std::size_t BestDistance = Limit + 1;
  for (const std::string &Candidate : Candidates) {
    std::size_t Distance = editDistance(Word, Candidate);
    if (Distance < BestDistance) {
      BestDistance = Distance;
      Best = Candidate;
    }
  }
  return Best;
}

std::string joined(const std::vector<std::string> &Words) {
  std::string Text;
  for (const std::string &Word : Words)
    Text += (Text.empty() ? "" : ", ") + Word;
  return Text;
}

} // namespace gridlock::rules

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names as people write them: enumerators of catalogue.fbs as the words of the
// YAML files ("TryAcquires" is `try-acquires`), and the nearest word to a
// mistyped one.
#ifndef GRIDLOCK_RULES_SPELLING_H
#define GRIDLOCK_RULES_SPELLING_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock::rules {

/// "NonblockingDescriptor" -> "nonblocking-descriptor".
std::string toYamlWord(std::string_view Enumerator);

/// The words of an enumeration, in order, from the null-terminated list that
/// the FlatBuffers compiler generates (`EnumNamesEffect()`).
std::vector<std::string> yamlWords(const char *const *EnumNames);

/// The candidate with the smallest edit distance to WORD, if it is near enough
/// to be a likely typing error (a third of the word, at least 2). Ties: the
/// first.
std::optional<std::string> nearest(std::string_view Word,
                                   const std::vector<std::string> &Candidates);

/// "a, b, c".
std::string joined(const std::vector<std::string> &Words);

} // namespace gridlock::rules

#endif

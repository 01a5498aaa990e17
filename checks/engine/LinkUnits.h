// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One compile database often holds several programs (tests, examples, tools),
// and two of them may define the same function in different files. Such
// definitions can't be linked together, so they are different functions; which
// one a caller means is not in the facts. It is taken to be its own unit's,
// else the one whose file shares the most leading folders with the caller's
// main file.
//
// Threads: immutable after construction. Cost: one pass over all functions.
#ifndef GRIDLOCK_ENGINE_LINKUNITS_H
#define GRIDLOCK_ENGINE_LINKUNITS_H

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace gridlock {

class LinkUnits {
public:
  /// Tells of a definition of the function of number NAME in FILE.
  void defined(std::uint32_t Name, std::string_view File);

  /// Whether any function has definitions in several files.
  bool any() const { return !Several.empty(); }

  /// Which of the definitions of NAME a unit means that has this main file and
  /// none of its own: the file it is defined in; empty if there is no choice.
  std::string_view homeOf(std::uint32_t Name, std::string_view MainFile) const;

private:
  std::vector<std::string_view> First; // by name
  // Only names that are defined in several files.
  std::map<std::uint32_t, std::set<std::string_view>> Several;
};

} // namespace gridlock

#endif

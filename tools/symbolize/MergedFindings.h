// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The findings of all processes, those of the same rule, function and operation
// merged, without what is suppressed.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_MERGEDFINDINGS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_MERGEDFINDINGS_H

#include "tools/symbolize/Places.h"

#include <tuple>

namespace gridlock::symbolize {

class MergedFindings {
public:
  MergedFindings(const Places &Root, Suppressions &Suppressed)
      : Root(Root), Suppressed(Suppressed) {}

  /// Something that took time, met with this stack. Subject: what was blocked
  /// or kept busy, for the message. The merged finding, for further notes; null
  /// if it is suppressed.
  Finding *add(const char *Rule, const std::string &Operation,
               const std::vector<Frame> &Stack, const Measured &M,
               Precision Confidence, const std::string &Subject);
  /// A finding that is complete; the first one of its rule and operation is
  /// kept.
  void addSeen(SeenFinding Found) { addSeen(std::move(Found), {}); }
  /// The same of its rule, function and operation.
  void addSeenInFunction(SeenFinding Found) {
    const std::string Function = Found.Result.Function;
    addSeen(std::move(Found), Function);
  }

  /// Counts as suppressed, by another stack than its own.
  void hide(const char *Rule, const std::string &Function,
            const std::string &Operation) {
    Hidden.insert({Rule, Function, Operation});
  }

  /// Sorted, worst first.
  void moveTo(Observed &Result);

private:
  using Key = std::tuple<std::string, std::string, std::string>;

  /// A finding while its parts are being collected.
  struct Entry {
    Finding Result;
    Measured Numbers;
    std::string Subject;
  };

  void addSeen(SeenFinding Found, const std::string &Which);
  bool suppressed(const char *Rule, const std::vector<Frame> &Stack,
                  const Key &Which);
  static std::string messageOf(const Entry &E);

  const Places &Root;
  Suppressions &Suppressed;
  std::set<Key> Hidden; // findings of which something was suppressed
  std::map<Key, Entry> Entries;
  std::map<Key, SeenFinding> Complete;
};

} // namespace gridlock::symbolize

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes calls of a rule's function by hand: arguments for which all of its
// `when:` and none or one of its `unless:` conditions hold. Chooses by a
// judgement of its own, not the engine's.
#ifndef GRIDLOCK_TEST_UNIT_RULES_CALLMAKER_H
#define GRIDLOCK_TEST_UNIT_RULES_CALLMAKER_H

#include "test/unit/engine/FactsBuilder.h"

namespace gridlock::test {

class CallMaker {
public:
  CallMaker(FactsBuilder &Facts, const rules::Entry &Rule)
      : Facts(Facts), Rule(Rule) {}

  /// Adds the call to F. EXCUSE is the index of the `unless:` condition that
  /// shall hold, or -1 for none. False if no arguments fit, and nothing was
  /// added.
  bool add(FunctionBuilder &F, int Excuse);

private:
  enum class Truth { No, Maybe, Yes };
  struct Wish {
    const rules::Condition *Condition;
    bool Holds;
  };
  struct Candidate {
    enum Kind {
      Unknown,
      Number,
      Flag,
      Null,
      Address,
      Typed,
      NonBlocking,
      Ready
    } What;
    std::int64_t Value = 0;
    std::string Name; // flag or type
  };

  static std::vector<Candidate> candidates(const std::vector<Wish> &Wishes);
  static Truth judge(const rules::Condition &C, const Candidate &V);
  static bool choose(const std::vector<Wish> &Wishes, Candidate &Chosen);
  int argumentCount(int Excuse) const;
  /// Wishes for argument INDEX (-1 the receiver, -4 the result) of a call with
  /// COUNT.
  std::vector<Wish> wishes(int Index, int Count, int Excuse) const;
  ValueT make(FunctionBuilder &F, const Candidate &V, const std::string &Local);
  PlaceT place(FunctionBuilder &F, const Candidate &V,
               const std::string &Local);

  FactsBuilder &Facts;
  const rules::Entry &Rule;
};

} // namespace gridlock::test

#endif

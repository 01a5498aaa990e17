// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the catalogue says about one call or construction: the entries that
// apply to it, with their conditions judged on the arguments. A condition can
// hold, fail or be undecidable; what is undecided shows as Maybe and lowers the
// precision of a finding, it never hides one.
//
// Threads: const use is safe. Cost: a few comparisons per entry; the typestate
// of a function (ValueFlow) is computed only when a condition asks for it.
#ifndef GRIDLOCK_ENGINE_CLASSIFY_H
#define GRIDLOCK_ENGINE_CLASSIFY_H

#include "checks/engine/CallSites.h"
#include "checks/engine/Program.h"
#include "checks/engine/ValueFlow.h"

#include <memory>

namespace gridlock {

/// Ordered. Likely and Unlikely are for values that are unknown but rarely the
/// one in question, such as a timeout of zero.
enum class Verdict : std::uint8_t { No, Unlikely, Maybe, Likely, Yes };

struct Applied {
  const rules::Entry *Entry;
  Verdict Holds; // No: its `unless` makes this call harmless
  bool does(rules::Effect E) const;
};

/// What a function's callers pass counts for its parameters: those of SITES for
/// which IsConsidered holds, and what their callers pass where they are called
/// by name only.
struct CallerValues {
  const CallSites &Sites;
  std::function<bool(FunctionId Caller)> IsConsidered;
  std::function<bool(FunctionId Caller)> IsCalledByName;
};

/// Judges the events of one function.
class Classifier {
public:
  /// CALLERS may be null: parameters can be anything then.
  Classifier(const Program &P, FunctionId F,
             const CallerValues *Callers = nullptr)
      : P(P), Id(F), F(P.function(F)), Callers(Callers) {}

  /// Entries of the called function whose `when` may hold.
  std::vector<Applied> classify(std::uint32_t Block, const facts::Event &E);

private:
  struct Site {
    std::uint32_t Block;
    const facts::Event &Event;
  };
  Verdict judge(const rules::Entry &Entry, const Site &S);
  Verdict judgeForCallers(const rules::Entry &Entry, const Site &S);
  bool isConsidered(const CallSite &Call) const;
  void judgeFor(const CallSite &Call, const rules::Entry &Entry, const Site &S);
  Verdict holds(const rules::Condition &C, const Site &S);
  Verdict holdsFor(const rules::Condition &C, const facts::Value *V,
                   const Site &S);
  Verdict decide(const rules::Condition &C, const facts::Value *V,
                 const Site &S);
  std::optional<std::uint32_t> parameterOf(FunctionId F,
                                           const facts::Value *V) const;
  std::optional<Verdict> behindPointer(const rules::Condition &C,
                                       const facts::Value &V, const Site &S);
  bool isObject(const facts::Value &V) const;
  Mark markOf(const facts::Value *V, const Site &S);
  std::optional<std::int64_t> numberOf(const facts::Value &V, const Site &S);
  std::optional<Marks> stateAt(const Site &S);

  const Program &P;
  FunctionId Id;
  const ProgramFunction &F;
  std::unique_ptr<ValueFlow> Flow; // made when first asked for
  const CallerValues *Callers;
  std::vector<const CallSite *>
      Chain;                    // of calls that is judged, innermost first
  unsigned Chains = 0;          // that were judged for one entry
  bool AsksParameters = false;  // of the outermost of the chain
  bool DoesApply = false;       // the entry that is judged, by its `when`
  bool AppliesToSome = false;   // ... for one chain
  std::optional<Verdict> Worst; // of all chains
};

bool does(const rules::Entry &Entry, rules::Effect E);
/// Whether one of them does.
bool does(Program::EntryList Entries, rules::Effect E);

/// The argument that an index of an entry means: -1 the receiver, -3 the last
/// written one; null if there is none, or if the index means several.
const facts::Value *argument(const facts::Event &E, int Index);

/// The type of a value, that of the place if it is one; 0: unknown.
std::uint32_t typeOf(const facts::Value &V);

/// The body of the callable that a value of UNIT is; NoFunction if it is none,
/// or one without a body in the program.
inline FunctionId callableBody(const Program &P, std::uint32_t Unit,
                               const facts::Value *V) {
  return V && V->kind() == facts::ValueKind::Callable
             ? P.symbol(P.resolve(Unit, V->symbol())).Body
             : NoFunction;
}

/// The place that a value is or is the address of; null if it is neither.
inline const facts::Place *placeOf(const facts::Value *V) {
  return V && (V->kind() == facts::ValueKind::Place ||
               V->kind() == facts::ValueKind::AddressOf)
             ? V->place()
             : nullptr;
}

} // namespace gridlock

#endif

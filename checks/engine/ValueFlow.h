// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one function knows about the values that conditions of the catalogue ask
// for, flow-sensitive, by access path: the mode of descriptors and of other
// objects that have one (sessions, sockets of libraries), the readiness of
// futures, and numbers in locals and fields (timeouts, flags). Descriptors get
// their mode from what makes them and from what changes it, here or in a
// function that is called (DescriptorModes). Handing a place to a function that
// could change it, or writing it, forgets it.
//
// Computed on demand for single functions. Cost: linear in events per visit.
#ifndef GRIDLOCK_ENGINE_VALUEFLOW_H
#define GRIDLOCK_ENGINE_VALUEFLOW_H

#include "checks/engine/DescriptorModes.h"
#include "checks/engine/Program.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace gridlock {

/// A place that is not listed is unknown.
struct Marks {
  std::map<AccessPath, Mark> Known;
  /// Integers and durations; for a structure: 0 if all of it is, else 1.
  std::map<AccessPath, std::int64_t> Numbers;

  bool join(const Marks &Other);
  /// Forgets the mode of PATH and of what is in it.
  void forget(const AccessPath &Path);
  /// ... the number; of what PATH is in, nothing is known as a whole then.
  void forgetNumber(AccessPath Path);
  Mark of(const FactsFile &File, const facts::Value *Value) const;
  Mark of(AccessPath Path) const;
  /// The number that VALUE is; of a structure, also behind its address.
  std::optional<std::int64_t> numberOf(const FactsFile &File,
                                       const facts::Value &Value) const;
};

/// What a caller passes, a constant.
struct Assumed {
  std::uint32_t Parameter;
  std::int64_t Value;
};

class ValueFlow {
public:
  /// MODES may be null: then nothing is known of functions that are called. So
  /// may GIVEN: then any arguments are.
  ValueFlow(const Program &P, FunctionId F, const DescriptorModes *Modes,
            const Assumed *Given = nullptr);

  /// The state just before an event of block BLOCK; empty if it can't be
  /// reached.
  std::optional<Marks> before(std::uint32_t Block,
                              const facts::Event &Event) const;

  /// CHANGED: the places whose mode the event set.
  using Visitor = std::function<void(const facts::Event &E, const Marks &After,
                                     const std::vector<AccessPath> &Changed)>;
  /// All events that can be reached.
  void forEach(const Visitor &Visit) const;

  /// What constants that the function begins with hold.
  Marks atEntry() const;

private:
  void noteWaits();
  void notePolls(const facts::Event &E);
  void noteSelect(const facts::Event &E);
  void transfer(const facts::Event &E, Marks &State) const;
  void call(const facts::Event &E, Marks &State) const;
  void assign(const facts::Event &E, Marks &State) const;
  bool descriptorCall(std::string_view Name, const facts::Event &E,
                      Marks &State) const;
  bool switchCall(std::string_view Name, const facts::Event &E,
                  Marks &State) const;
  void keepPromise(Program::EntryList Entries, const facts::Event &E,
                   Marks &State) const;
  void forgetNumbers(const facts::Event &E, SymbolId Callee,
                     Marks &State) const;
  void edge(const facts::Edge &E, Marks &State) const;
  const facts::Value *chosen(const facts::Value *V) const;
  bool isSelected(AccessPath Bits) const;
  void setReadable(Marks &State, const AccessPath &Path) const;
  void set(Marks &State, const AccessPath &Path, Mark M) const;
  Mark modeOf(const facts::Value *Flags, const Marks &State) const;

  const Program &P;
  const ProgramFunction &F;
  const FactsFile &File;
  const DescriptorModes *Modes;
  std::map<AccessPath, AccessPath> StatusOf; // result of wait_for -> its future
  std::map<AccessPath, AccessPath> PromiseOf; // future -> its promise
  std::map<AccessPath, AccessPath> BusyOf;    // result that is 0 when ready
  std::map<AccessPath, AccessPath> PolledOf; // result of poll -> the descriptor
  std::map<AccessPath, AccessPath> PollFds;  // pollfd -> what it polls
  std::set<AccessPath> Selected;             // sets that select has been given
  std::map<const facts::Value *, std::uint32_t> Taken; // arm of a conditional
  std::vector<std::optional<Marks>> In;
  mutable std::vector<AccessPath> *Changed = nullptr; // while forEach runs
};

} // namespace gridlock

#endif

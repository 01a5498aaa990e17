// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one function knows about the mode of its descriptors and the readiness
// of its futures: a flow-sensitive typestate on access paths. Descriptors get
// their mode from the POSIX calls that make them (`socket`, `accept4`, `open`,
// `pipe2`, `eventfd` ...) and change it (`fcntl(F_SETFL)`, `ioctl(FIONBIO)`); a
// future is ready after `wait`, or where `wait_for(...) == ready` held. Handing
// a place to a function that could change it, or writing it, forgets it.
//
// Computed on demand for single functions. Cost: linear in events per visit.
#ifndef GRIDLOCK_ENGINE_VALUEFLOW_H
#define GRIDLOCK_ENGINE_VALUEFLOW_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Program.h"

#include <map>
#include <optional>

namespace gridlock {

enum class Mark : std::uint8_t { Unknown, Blocking, NonBlocking, Ready };

/// A place that is not listed is Unknown.
struct Marks {
  std::map<AccessPath, Mark> Known;
  bool join(const Marks &Other);
  Mark of(const FactsFile &File, const facts::Value *Value) const;
};

class ValueFlow {
public:
  ValueFlow(const Program &P, FunctionId F);

  /// The state just before an event of block BLOCK; empty if it can't be
  /// reached.
  std::optional<Marks> before(std::uint32_t Block,
                              const facts::Event &Event) const;

private:
  void noteWaits();
  void transfer(const facts::Event &E, Marks &State) const;
  void call(const facts::Event &E, Marks &State) const;
  bool descriptorCall(std::string_view Name, const facts::Event &E,
                      Marks &State) const;
  void edge(const facts::Edge &E, Marks &State) const;

  const Program &P;
  const ProgramFunction &F;
  const FactsFile &File;
  std::map<AccessPath, AccessPath> StatusOf; // result of wait_for -> its future
  std::vector<std::optional<Marks>> In;
};

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What functions do to the blocking mode of descriptors that they are given,
// keep in fields or return: `set_nonblocking(fd)`, `connect_to(host)`. Made
// once, for the functions that change or make descriptors and their callers up
// to a few levels; if the program calls nothing of the kind, nothing is done.
//
// Threads: immutable after construction. Cost: a few passes over all calls.
#ifndef GRIDLOCK_ENGINE_DESCRIPTORMODES_H
#define GRIDLOCK_ENGINE_DESCRIPTORMODES_H

#include "checks/engine/AccessPath.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace gridlock {

class Program;
struct Marks;
struct Assumed;
using FunctionId = std::uint32_t;

/// Blocking and NonBlocking: of a descriptor or another object with such a
/// mode, or, for an int, flags that make it so. Readable: poll has just said
/// so.
enum class Mark : std::uint8_t {
  Unknown,
  Blocking,
  NonBlocking,
  Readable,
  Ready
};

/// The path of a value that is a descriptor: as of any value; standard input,
/// output and error, known by their numbers, are like globals with these names.
AccessPath descriptorPath(const FactsFile &File, const facts::Value *Value);

struct ModeSummary {
  std::map<std::uint32_t, Mark> Parameters; // Unknown: changed, in no sure way
  Mark Result = Mark::Unknown;
  /// The parameter that says which mode, and what each of its values makes of
  /// it; the last stands for all others that are not zero.
  std::optional<std::uint32_t> DecidedBy;
  std::map<std::int64_t, ModeSummary> ByValue;
  bool isSame(const ModeSummary &Other) const {
    return Parameters == Other.Parameters && Result == Other.Result;
  }
  const ModeSummary *when(std::int64_t Value) const;
};

class DescriptorModes {
public:
  explicit DescriptorModes(const Program &P);
  ~DescriptorModes();

  /// Null if F neither changes nor makes descriptors, as far as is known.
  const ModeSummary *of(FunctionId F) const;
  /// What the program's functions make of a descriptor in a field, or of
  /// standard input, output or error (PATH is descriptorPath's): NonBlocking if
  /// some do that and none makes it block again, else Unknown. None: nobody
  /// changes it.
  std::optional<Mark> kept(const AccessPath &Path) const;

  /// Whether the program says of any object (socket, session, connection) that
  /// it is not to block.
  bool switchesObjects() const { return Switched; }
  /// Numbers in constants of namespace scope.
  const Marks &constants() const { return *Constants; }

private:
  using FieldName = std::pair<std::string_view, std::string_view>;
  void collectConstants(const Program &P);
  ModeSummary summarise(const Program &P, FunctionId F, const Assumed *Given);
  bool decide(const Program &P, FunctionId F, ModeSummary &Base);
  void keep(const Program &P, FunctionId F);

  std::map<FunctionId, ModeSummary> Summaries;
  std::map<FieldName, Mark> Fields; // standard descriptors: without owner
  std::unique_ptr<Marks> Constants;
  bool Switched = false;
};

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where objects of types that belong to an event loop are used, and which of
// these uses are of one object: by the member, the global, or the local
// variable that lambdas captured.
//
// Cost: linear in the calls and types of files that know such a type; captures
// are followed a bounded number of times.
#ifndef GRIDLOCK_THREADS_LOOPBOUND_H
#define GRIDLOCK_THREADS_LOOPBOUND_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Program.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace gridlock {

struct LoopBoundUse {
  FunctionId Function;
  const facts::Event *Site;
  const rules::Entry *Type;
  std::string Object;  // same for all uses of one object
  std::string Display; // for messages
  bool Starts;         // begins an operation that a loop completes
};

class LoopBoundUses {
public:
  explicit LoopBoundUses(const Program &P);
  const std::vector<LoopBoundUse> &all() const { return Uses; }
  /// The function in which lambda F is made; NoFunction if it is none.
  FunctionId madeIn(FunctionId F) const;

private:
  struct Made {
    FunctionId By;
    const facts::Value *Value;
  };
  void findLambdas();
  bool knowsBoundTypes(std::uint32_t Unit);
  void use(FunctionId F, const facts::Event &E, const facts::Value *V,
           bool IsReceiver);
  const rules::Entry *boundType(std::uint32_t Unit, std::uint32_t Type);
  bool resolve(FunctionId F, AccessPath Path, LoopBoundUse &U) const;

  const Program &P;
  std::unordered_map<FunctionId, Made> Lambdas;
  std::unordered_map<std::uint64_t, const rules::Entry *> Types;
  std::vector<LoopBoundUse> Uses;
};

} // namespace gridlock

#endif

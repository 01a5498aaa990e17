// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where each function is called by name, for what its parameters may be.
//
// Threads: immutable after construction. Cost: one look at each event.
#ifndef GRIDLOCK_ENGINE_CALLSITES_H
#define GRIDLOCK_ENGINE_CALLSITES_H

#include "checks/engine/Program.h"

#include <vector>

namespace gridlock {

struct CallSite {
  FunctionId Caller;
  std::uint32_t Block;
  const facts::Event *Call;
};

class CallSites {
public:
  explicit CallSites(const Program &P);
  const std::vector<CallSite> &of(FunctionId F) const { return Sites[F]; }

private:
  std::vector<std::vector<CallSite>> Sites; // by function
};

} // namespace gridlock

#endif

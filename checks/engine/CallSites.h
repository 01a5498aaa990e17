// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where each function is called or constructed by name with arguments, for what
// its parameters may be.
//
// Threads: immutable after construction. Cost: one look at each call.
#ifndef GRIDLOCK_ENGINE_CALLSITES_H
#define GRIDLOCK_ENGINE_CALLSITES_H

#include "checks/engine/Program.h"

#include <span>
#include <vector>

namespace gridlock {

struct CallSite {
  FunctionId Caller;
  std::uint32_t Call; // Program::callEvent()
};

class CallSites {
public:
  explicit CallSites(const Program &P);
  std::span<const CallSite> of(FunctionId F) const {
    return std::span(Sites).subspan(Start[F], Start[F + 1] - Start[F]);
  }

private:
  std::vector<std::size_t> Start; // by function, into Sites
  std::vector<CallSite> Sites;
};

} // namespace gridlock

#endif

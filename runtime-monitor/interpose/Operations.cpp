// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/interpose/Interpose.h"

#include <cstring>

// Generated from the catalogue: symbol and operation id in turn, ended by a
// null.
extern "C" __attribute__((visibility("hidden")))
const char *const gridlock_operations[];

namespace gridlock::monitor {

CoreOperations Operation;

static void name(const char *&Id, const char *Symbol) noexcept {
  for (const char *const *P = gridlock_operations; *P; P += 2)
    if (std::strcmp(*P, Symbol) == 0) {
      Id = P[1];
      return;
    }
}

void nameOperations() noexcept {
#define CORE(Name) name(Operation.Name, #Name);
#define CORE_VERSION(Name, Version) CORE(Name)
#include "runtime-monitor/interpose/core_symbols.inc"
#undef CORE
#undef CORE_VERSION
}

} // namespace gridlock::monitor

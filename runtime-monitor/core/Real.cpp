// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Real.h"

#include <dlfcn.h>

namespace gridlock::monitor {

RealFunctions Real;

// dlsym finds "next" by its caller's address: it must be called from here, not
// jumped to (hence -fno-optimize-sibling-calls for this file).
void *findReal(const char *Name, const char *Version) noexcept {
  if (Version)
    if (void *Found = dlvsym(RTLD_NEXT, Name, Version))
      return Found;
  return dlsym(RTLD_NEXT, Name);
}

void findRealFunctions() noexcept {
#define CORE(Name)                                                             \
  Real.Name = reinterpret_cast<decltype(Real.Name)>(findReal(#Name));
#define CORE_VERSION(Name, Version)                                            \
  Real.Name = reinterpret_cast<decltype(Real.Name)>(findReal(#Name, Version));
#include "runtime-monitor/interpose/core_symbols.inc"
#undef CORE
#undef CORE_VERSION
}

} // namespace gridlock::monitor

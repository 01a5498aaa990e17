// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/interpose/RecursiveInit.h"

#include <cstdlib>
#include <exception>

// libstdc++'s own ones. A program that takes its functions from here has no
// definition of the error in its archive's members that are linked.
namespace __gnu_cxx {
class recursive_init_error : public std::exception {};
} // namespace __gnu_cxx
namespace __cxxabiv1 {
[[gnu::weak]] extern std::terminate_handler __terminate_handler;
} // namespace __cxxabiv1

void gridlock::monitor::failRecursiveInit() {
  if (&__cxxabiv1::__terminate_handler)
    throw __gnu_cxx::recursive_init_error();
  std::abort();
}

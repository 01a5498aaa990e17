// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For the clang-tidy module and the Clang plugin: GRIDLOCK_MODULE, loaded into
// another major of GRIDLOCK_HOST, would be silently without effect or worse:
// its calls resolve to functions of another layout, or to none. So the first
// thing that runs on loading compares the majors and ends the process, before
// anything of LLVM but one string function is used.
#include "llvm/Config/llvm-config.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

// As clang/Basic/Version.h declares it; the same in every major.
namespace clang {
std::string getClangFullVersion();
}

namespace {

constexpr int CannotRun = 2;

__attribute__((constructor(101))) void checkHostVersion() {
  std::string Host =
      clang::getClangFullVersion(); // "Debian clang version 22.1.8 ..."
  std::size_t Digits = Host.find("version ");
  int Major =
      Digits == std::string::npos ? 0 : std::atoi(Host.c_str() + Digits + 8);
  if (Major == LLVM_VERSION_MAJOR)
    return;
  std::fprintf(stderr,
               "gridlock: " GRIDLOCK_MODULE "-%d.so was loaded into \"%s\"; "
               "load " GRIDLOCK_MODULE "-%d.so, or run " GRIDLOCK_HOST "-%d\n",
               LLVM_VERSION_MAJOR, Host.c_str(), Major, LLVM_VERSION_MAJOR);
  _exit(CannotRun);
}

} // namespace

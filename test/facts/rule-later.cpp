// Facts know nothing of the rules: a rule written after the extraction gets its finding
// from the facts that are there, and no file is extracted again.
// REQUIRES: llvm22
// RUN: rm -rf %t && mkdir %t
// RUN: %gridlock check --cache-dir %t/cache --llvm 22 %s -- -std=c++20 -I%root/test/cli/Inputs/project/include | %FileCheck %s --check-prefix=BEFORE
// RUN: find %t/cache -name '*.glkf' -printf '%%p %%T@\n' > %t/before
// RUN: %not %gridlock check --cache-dir %t/cache --llvm 22 --rules %root/test/rules/Inputs/mylib.yaml %s -- -std=c++20 -I%root/test/cli/Inputs/project/include | %FileCheck %s
// RUN: find %t/cache -name '*.glkf' -printf '%%p %%T@\n' > %t/after
// RUN: test -s %t/before && cmp %t/before %t/after
#include "task.h"

extern "C" int mylib_fetch(int id, int milliseconds);

task session_bad() {
  // BEFORE: 0 findings
  // CHECK: rule-later.cpp:[[@LINE+1]]:3: warning: 'mylib_fetch' blocks
  mylib_fetch(1, 1000);
  co_return;
}

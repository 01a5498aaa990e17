// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In place of the interposers generated from the catalogue where the rule
// compiler can't be built: hand-written interposers keep the names
// "libc/FUNCTION".
extern "C" {
__attribute__((visibility(
    "hidden"))) extern const char *const gridlock_operations[] = {nullptr};
}

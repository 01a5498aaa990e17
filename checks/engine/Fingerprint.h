// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fingerprints: the identity of a finding across runs, builds and both halves
// of the tool. Made of the scheme's version, the rule, the innermost function
// of the user's own code (qualified name, a lambda by its enclosing function),
// the operation, and an ordinal where several findings agree in all of these.
// No line, address or path takes part.
#ifndef GRIDLOCK_ENGINE_FINGERPRINT_H
#define GRIDLOCK_ENGINE_FINGERPRINT_H

#include "checks/engine/Finding.h"

#include <string_view>

namespace gridlock {

inline constexpr unsigned FingerprintScheme = 1;

/// 16 hexadecimal digits: FNV-1a (64 bit) over "gridlock/<scheme>", rule,
/// function, operation and ordinal in decimal, each followed by a zero byte.
std::string fingerprint(std::string_view Rule, std::string_view Function,
                        std::string_view Operation, unsigned Ordinal);

/// Sorts by place, rule and message, makes one finding of those that agree in
/// place, function and operation (the surest; others become notes), and
/// fills in every fingerprint; ordinals count in the sorted order. The result
/// does not depend on the order given.
void finishFindings(std::vector<Finding> &Findings);

} // namespace gridlock

#endif

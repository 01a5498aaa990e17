// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Precision.h"

namespace gridlock {

const char *toString(Precision P) {
  switch (P) {
  case Precision::Low:
    return "low";
  case Precision::Medium:
    return "medium";
  case Precision::High:
    return "high";
  case Precision::VeryHigh:
    return "very-high";
  }
  return "low";
}

Precision precisionOf(const PathShape &Path) {
  // Rows: weakest edge; columns: up to 2, 5, 10, more calls.
  constexpr Precision Table[][4] = {
      /* Static           */ {Precision::VeryHigh, Precision::High,
                              Precision::High, Precision::Medium},
      /* OneOverride      */
      {Precision::High, Precision::High, Precision::High, Precision::Low},
      /* SeveralOverrides */
      {Precision::Medium, Precision::Medium, Precision::Low, Precision::Low},
      /* Callable         */
      {Precision::High, Precision::High, Precision::Medium, Precision::Low}};
  unsigned Column = Path.Calls <= 2    ? 0
                    : Path.Calls <= 5  ? 1
                    : Path.Calls <= 10 ? 2
                                       : 3;
  return Table[static_cast<unsigned>(Path.Weakest)][Column];
}

} // namespace gridlock

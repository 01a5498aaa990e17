// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the catalogue calls an operation that was seen in a run.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_OPERATIONS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_OPERATIONS_H

#include "tools/symbolize/Symbolizer.h"

namespace gridlock::rules {
class Catalogue;
}

namespace gridlock::symbolize {

/// The catalogue's operation for a blocking call: what the program's own
/// function called (std::this_thread::sleep_for), as the checks on the source
/// name it, rather than the libc function below it that was interposed.
std::string operationOf(const rules::Catalogue &Rules,
                        const std::vector<Frame> &Stack,
                        const std::string &Interposed);

} // namespace gridlock::symbolize

#endif

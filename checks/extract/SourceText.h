// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the facts keep of a source file's text: content hash, hashes of its
// lines (project files only) and the lines on which NOLINT comments suppress
// checks.
#ifndef GRIDLOCK_EXTRACT_SOURCETEXT_H
#define GRIDLOCK_EXTRACT_SOURCETEXT_H

#include "checks/extract/Tables.h"

namespace gridlock::extract {

/// Fills hash, line_hashes and nolint of FILE, whose is_system is already set.
void describeSource(llvm::StringRef Text, Tables &T, facts::SourceFileT &File);

} // namespace gridlock::extract

#endif

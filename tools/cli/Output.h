// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a command's result goes, and how its errors are told.
//
// Threads: one. Errors: returned as text.
#ifndef GRIDLOCK_TOOLS_CLI_OUTPUT_H
#define GRIDLOCK_TOOLS_CLI_OUTPUT_H

#include <fstream>
#include <ostream>
#include <string>

namespace gridlock::cli {

/// stdout, or a file that is known to be writable before the work starts. A
/// file that was not there before and into which nothing was written is removed
/// again.
class OutputFile {
public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;
  OutputFile &operator=(const OutputFile &) = delete;

  /// PATH empty or "-": stdout. Returns an empty string or the error.
  std::string open(const std::string &Path);
  /// The first call empties the file.
  std::ostream &stream();
  std::string close();

private:
  std::string Path;
  bool Created = false;
  std::ofstream File;
};

/// Prints "gridlock: error: TEXT" on stderr and returns the exit status for it.
int fail(const std::string &Text);

/// Whether text on stdout is to be coloured: WISH is auto, always or never.
bool wantsColor(const std::string &Wish);

} // namespace gridlock::cli

#endif

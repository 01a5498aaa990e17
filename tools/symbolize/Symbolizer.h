// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unwinds recorded stacks by call frame information and names their frames from
// debug information (libdw), after the run and in this process: the program
// need not be there any more, only its files.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_SYMBOLIZER_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_SYMBOLIZER_H

#include "checks/engine/Finding.h"
#include "tools/symbolize/Records.h"
#include "tools/symbolize/SymbolFiles.h"

#include <memory>
#include <set>

namespace gridlock::symbolize {

class Symbolizer {
public:
  /// Files: of all processes; must outlive this.
  Symbolizer(const ProcessRecords &Process, SymbolFiles &Files);
  ~Symbolizer();
  Symbolizer(const Symbolizer &) = delete;

  /// The stack's frames without the monitor's own.
  std::vector<Frame> unwind(const RawStack &Stack);
  /// The functions at a return address.
  std::vector<Frame> at(std::uint64_t ReturnAddress, std::size_t Maps);

  /// Files that could not be used, with the reason.
  const std::set<std::string> &problems() const { return Problems; }

private:
  struct Image; // one state of the mapped files
  Image &image(std::size_t Maps);
  static const MappedFile *fileAt(const Image &I, std::uint64_t Address);
  void addFrames(Image &I, std::uint64_t Pc, bool Return,
                 std::vector<Frame> &Frames);

  const ProcessRecords &Process;
  SymbolFiles &Files;
  std::map<std::size_t, std::unique_ptr<Image>> Images;
  std::set<std::string> Problems;
};

} // namespace gridlock::symbolize

#endif

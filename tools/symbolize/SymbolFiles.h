// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names and lines of the programs' files, from their debug information. A file
// is opened once for all processes that had it mapped, wherever it lay.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_SYMBOLFILES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_SYMBOLFILES_H

#include "checks/engine/Finding.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Dwfl;
struct Dwfl_Module;

namespace gridlock::symbolize {

/// Innermost first; an inlined function is a frame of its own.
struct Frame {
  std::uint64_t Pc = 0;
  std::uint64_t Sp = 0; // of the machine frame it belongs to
  std::string Function; // as the checks write it; empty if unknown
  std::string Display;  // demangled, or module+offset
  Location Where;       // absolute path
  std::string Module;
  bool Inlined = false;
  bool User = false;      // neither a library's nor the system's
  bool Coroutine = false; // the body of a coroutine
  std::string Relation;   // not on the stack: "awaited by coroutine "
};

/// An ELF file and where its first byte lies in a process.
struct MappedFile {
  std::string Path;
  std::uint64_t Base = 0;
  std::string Image = {}; // not empty: its bytes, there is no such file
};

/// gridlock/coroutine.h, compiled into the program.
bool isCoroutineHeader(const std::string &File);

/// A session of libdwfl that is being reported to, and a file reported to it;
/// null: not an ELF file.
Dwfl *beginSession();
Dwfl_Module *report(Dwfl *Session, const MappedFile &File);

/// Threads: one. Cost: a file's debug information is read when its first
/// address is asked for; an address costs some 10 us once.
class SymbolFiles {
public:
  SymbolFiles();
  ~SymbolFiles();
  SymbolFiles(const SymbolFiles &) = delete;

  /// The frames of the instruction at Address, in a process that had the file
  /// at its Base; their Pc and Sp are not set. Empty: not an ELF file.
  const std::vector<Frame> &framesAt(const MappedFile &Which,
                                     std::uint64_t Address);
  /// The function that is entered before ReturnAddress and is not the one that
  /// Inner lies in: it has jumped there. Or null.
  const Frame *jumpedFrom(const MappedFile &Which, std::uint64_t ReturnAddress,
                          std::uint64_t Inner);
  /// The file's build id (raw bytes) is another one by now.
  bool isRebuilt(const MappedFile &Which, const std::string &BuildId);

  /// ELF files opened so far.
  unsigned loads() const { return Loads; }

private:
  struct File;
  File &open(const MappedFile &Which);
  void addFrames(File &Of, std::uint64_t Address, const std::string &Path,
                 std::vector<Frame> &Frames);

  std::map<std::pair<std::string, std::string>, std::unique_ptr<File>>
      Files; // by path and image
  unsigned Loads = 0;
};

} // namespace gridlock::symbolize

#endif

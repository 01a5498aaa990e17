// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which compile unit an address belongs to. libdw looks that up in
// .debug_aranges, which Clang leaves out; then the units' own ranges are used.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_UNITS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_UNITS_H

#include <elfutils/libdwfl.h>
#include <map>

namespace gridlock::symbolize {

/// A compile unit; addresses in it are Bias lower than in the process.
struct Unit {
  Dwarf_Die *Die = nullptr; // null: no debug information
  Dwarf_Addr Bias = 0;
};

/// Of one session, which must outlive it. Not to be shared by threads.
class Units {
public:
  Unit at(Dwfl_Module *Module, Dwarf_Addr Address);

private:
  struct Range {
    Dwarf_Addr End; // of [key, End)
    Unit Of;
  };
  using Ranges = std::map<Dwarf_Addr, Range>; // by their start
  static Ranges rangesOf(Dwfl_Module *Module);

  std::map<Dwfl_Module *, Ranges> Modules;
};

} // namespace gridlock::symbolize

#endif

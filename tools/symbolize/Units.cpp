// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Units.h"

#include <elfutils/libdw.h>

namespace gridlock::symbolize {

Units::Ranges Units::rangesOf(Dwfl_Module *Module) {
  Ranges Result;
  Dwarf_Addr Bias = 0;
  for (Dwarf_Die *Die = nullptr;
       (Die = dwfl_module_nextcu(Module, Die, &Bias)) != nullptr;) {
    Dwarf_Addr Base, Start, End;
    for (std::ptrdiff_t Offset = 0;
         (Offset = dwarf_ranges(Die, Offset, &Base, &Start, &End)) > 0;)
      // What the linker threw away is at 0.
      if (Start != 0 && Start < End)
        Result[Start + Bias] = {End + Bias, {Die, Bias}};
  }
  return Result;
}

Unit Units::at(Dwfl_Module *Module, Dwarf_Addr Address) {
  Unit Found;
  Found.Die = dwfl_module_addrdie(Module, Address, &Found.Bias);
  // The table of address ranges may be of some units only, as where Clang's
  // are linked with GCC's, and then names a neighbour.
  if (Found.Die && dwarf_haspc(Found.Die, Address - Found.Bias) > 0)
    return Found;
  auto [It, New] = Modules.try_emplace(Module);
  if (New)
    It->second = rangesOf(Module);
  auto After = It->second.upper_bound(Address);
  if (After == It->second.begin() || Address >= (--After)->second.End)
    return Found;
  return After->second.Of;
}

} // namespace gridlock::symbolize

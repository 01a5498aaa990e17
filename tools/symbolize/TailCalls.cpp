// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/TailCalls.h"

#include <cstring>
#include <string_view>

namespace gridlock::symbolize {

namespace {

/// The bytes at Address, or null.
const unsigned char *codeAt(Dwfl_Module *Module, std::uint64_t Address,
                            std::size_t Size) {
  GElf_Addr Bias = 0;
  Elf *File = dwfl_module_getelf(Module, &Bias);
  std::size_t Count = 0;
  if (!File || elf_getphdrnum(File, &Count) != 0)
    return nullptr;
  for (std::size_t I = 0; I < Count; ++I) {
    GElf_Phdr Segment;
    if (!gelf_getphdr(File, static_cast<int>(I), &Segment) ||
        Segment.p_type != PT_LOAD || !(Segment.p_flags & PF_X))
      continue;
    const std::uint64_t At = Address - Bias - Segment.p_vaddr;
    if (At >= Segment.p_filesz || Segment.p_filesz - At < Size)
      continue;
    const Elf_Data *Data = elf_getdata_rawchunk(
        File, static_cast<std::int64_t>(Segment.p_offset + At), Size,
        ELF_T_BYTE);
    return Data ? static_cast<const unsigned char *>(Data->d_buf) : nullptr;
  }
  return nullptr;
}

} // namespace

CodeRange calledFunction(Dwfl_Module *Module, std::uint64_t ReturnAddress) {
  constexpr unsigned char Call = 0xe8; // and a 32-bit distance
  constexpr std::size_t Length = 5;
  const unsigned char *Code = codeAt(Module, ReturnAddress - Length, Length);
  if (!Code || *Code != Call)
    return {};
  std::int32_t Distance;
  std::memcpy(&Distance, Code + 1, sizeof Distance);
  const std::uint64_t Target =
      ReturnAddress + static_cast<std::uint64_t>(std::int64_t{Distance});
  GElf_Sym Symbol;
  GElf_Off Offset = 0;
  const char *Name = dwfl_module_addrinfo(Module, Target, &Offset, &Symbol,
                                          nullptr, nullptr, nullptr);
  // Not the linker's stubs, and not the compiler's that adjust `this`.
  if (!Name || Offset != 0 || Symbol.st_shndx == SHN_UNDEF ||
      GELF_ST_TYPE(Symbol.st_info) != STT_FUNC ||
      std::string_view(Name).starts_with("_ZT"))
    return {};
  return {Target, Target + Symbol.st_size};
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Place.h"

#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/core/Table.h"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

namespace gridlock::monitor {

namespace {

uint64_t CodeBegin = 0, CodeEnd = 0;
uint64_t LibraryBegin = 0, LibraryEnd = 0;

constexpr size_t Window = 2048;                       // of the stack
constexpr unsigned OwnWords = 128, LibraryWords = 32; // of the stack

int findLibrary(dl_phdr_info *Module, size_t, void *) noexcept {
  const char *Slash = std::strrchr(Module->dlpi_name, '/');
  const char *Name = Slash ? Slash + 1 : Module->dlpi_name;
  if (std::strncmp(Name, "libc++.so", 9) != 0)
    return 0;
  for (int I = 0; I < Module->dlpi_phnum; ++I) {
    const auto &H = Module->dlpi_phdr[I];
    if (H.p_type != PT_LOAD || !(H.p_flags & PF_X))
      continue;
    LibraryBegin = Module->dlpi_addr + H.p_vaddr;
    LibraryEnd = LibraryBegin + H.p_memsz;
  }
  return 1;
}

bool isInLibrary(uint64_t Address) noexcept {
  return Address - LibraryBegin < LibraryEnd - LibraryBegin;
}

/// The seven bytes before an address end in a call.
bool endsInCall(const uint8_t *Code) noexcept {
  if (Code[2] == 0xe8)
    return true;
  for (const int Length : {2, 3, 4, 6, 7})
    if (Code[7 - Length] == 0xff && (Code[8 - Length] >> 3 & 7) == 2)
      return true;
  return false;
}

/// Value comes from the stack and may be anything.
bool isReturnAddress(uint64_t Value) noexcept {
  if (Value >= CodeBegin + 7 && Value < CodeEnd)
    return endsInCall(reinterpret_cast<const uint8_t *>(Value - 7));
  dl_find_object Found;
  uint8_t Code[7];
  return Value >= 0x10000 &&
         _dl_find_object(reinterpret_cast<void *>(Value), &Found) == 0 &&
         sys::copyMemory(Code, Value - 7, sizeof Code) == sizeof Code &&
         endsInCall(Code);
}

constexpr uint64_t Reach = 768; // bytes of the callers' frames

/// Where on the stack Site lies, little above From; null if it does not.
const uint64_t *wordOf(uint64_t From, uint64_t Site) noexcept {
  const auto *At = reinterpret_cast<const uint64_t *>(From);
  for (const uint64_t *End = At + OwnWords; At != End; ++At)
    if (*At == Site)
      return At;
  return nullptr;
}

} // namespace

bool libraryLocks() noexcept { return LibraryEnd != 0; }

// The library's functions keep few words on the stack. Of those, what looks
// most like a return address is one: code before it ends in a call.
uint64_t outsideLibrary(uint64_t From, uint64_t Site) noexcept {
  if (!isInLibrary(Site))
    return Site;
  const uint64_t *At = wordOf(From, Site);
  for (unsigned I = 1; At && I <= LibraryWords; ++I)
    if (!isInLibrary(At[I]) && isReturnAddress(At[I]))
      return At[I];
  return Site;
}

const void *outsideLibrary(const void *Site) noexcept {
  return reinterpret_cast<const void *>(
      outsideLibrary(addressOf(__builtin_frame_address(0)), addressOf(Site)));
}

void startPlaces() noexcept {
  dl_iterate_phdr(findLibrary, nullptr);
  const auto *Headers =
      reinterpret_cast<const Elf64_Phdr *>(getauxval(AT_PHDR));
  const uint64_t Count = getauxval(AT_PHNUM);
  if (!Headers)
    return;
  uint64_t Base = 0;
  for (uint64_t I = 0; I < Count; ++I)
    if (Headers[I].p_type == PT_PHDR)
      Base = reinterpret_cast<uint64_t>(Headers) - Headers[I].p_vaddr;
  for (uint64_t I = 0; I < Count; ++I) {
    const Elf64_Phdr &H = Headers[I];
    if (H.p_type != PT_LOAD || !(H.p_flags & PF_X))
      continue;
    const uint64_t Begin = Base + H.p_vaddr;
    CodeBegin = CodeBegin == 0 ? Begin : std::min(CodeBegin, Begin);
    CodeEnd = std::max(CodeEnd, Begin + H.p_memsz);
  }
}

// The frame pointer is whatever the program keeps in the register: nothing is
// believed but addresses of the executable's code in frames one above another.
uint64_t placeOf(const gridlock_call &Call, uint64_t Site,
                 int MostFrames) noexcept {
  const uint64_t Stack = Call.registers[1];
  uint64_t Frame = Call.registers[2], Place = outsideLibrary(Stack, Site);
  const auto IsNear = [&](uint64_t At) {
    return At >= Stack && At - Stack <= Window - 16 && At % 8 == 0;
  };
  if (!IsNear(Frame))
    return Place;
  uint64_t Words[Window / 8];
  const size_t Have = sys::copyMemory(Words, Stack, sizeof Words);
  for (int I = 0; I < MostFrames && IsNear(Frame) && Frame - Stack + 16 <= Have;
       ++I) {
    const uint64_t *At = Words + (Frame - Stack) / 8;
    if (At[1] < CodeBegin || At[1] >= CodeEnd)
      break;
    Place = mix(Place, At[1]);
    if (At[0] <= Frame)
      break;
    Frame = At[0];
  }
  return Place;
}

uint64_t placeAbove(const gridlock_call &Call, uint64_t Site, const void *Above,
                    int Most) noexcept {
  uint64_t Place = placeOf(Call, Site);
  if (Place != Site)
    return Place;
  // No further than the page goes: what follows may not be there.
  constexpr uint64_t Page = 4096;
  const auto *Word = static_cast<const volatile uint64_t *>(Above);
  const auto From = reinterpret_cast<uint64_t>(Above);
  uint64_t Left = std::min(Reach, Page - From % Page) / 8;
  for (int Found = 0; Left != 0 && Found < Most; --Left, ++Word)
    if (const uint64_t Address = *Word;
        Address >= CodeBegin && Address < CodeEnd) {
      Place = mix(Place, Address);
      ++Found;
    }
  return Place;
}

uint64_t placeOfCreation(const gridlock_call &Call, uint64_t Site) noexcept {
  const uint64_t *Return = wordOf(Call.registers[1], Site);
  const uint64_t Place = placeOf(Call, Site, 24);
  return Return && Place == Site ? placeAbove(Call, Site, Return + 1, 8)
                                 : Place;
}

} // namespace gridlock::monitor

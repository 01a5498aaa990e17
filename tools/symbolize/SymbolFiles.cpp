// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/SymbolFiles.h"

#include "tools/symbolize/Names.h"
#include "tools/symbolize/TailCalls.h"
#include "tools/symbolize/Units.h"

#include <cstring>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <filesystem>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace gridlock::symbolize {

bool isCoroutineHeader(const std::string &File) {
  return File.ends_with("gridlock/coroutine.h");
}

namespace {

bool startsWithAny(std::string_view Text,
                   std::initializer_list<std::string_view> Prefixes) {
  for (std::string_view P : Prefixes)
    if (Text.starts_with(P))
      return true;
  return false;
}

/// What the program's authors wrote: nothing that is installed with the system,
/// neither its libraries nor its headers, and no well-known library, wherever
/// it lies.
bool isUser(const Frame &F) {
  return !F.Function.empty() &&
         !startsWithAny(F.Module, {"/usr/lib", "/lib", "[vdso]"}) &&
         !isCoroutineHeader(F.Where.File) &&
         F.Where.File.find("/usr/include/") == std::string::npos &&
         !startsWithAny(F.Where.File, {"/usr/lib/", "/usr/local/include/"}) &&
         !startsWithAny(F.Function, {"gridlock::monitor::",
                                     "gridlock::detail::",
                                     "gridlock::observed_promise",
                                     "std::",
                                     "__gnu_cxx::",
                                     "__gthread",
                                     "__cxxabi",
                                     "boost::",
                                     "boost_asio_",
                                     "asio::",
                                     "_start",
                                     "_init",
                                     "__libc_",
                                     "__interceptor_",
                                     "___interceptor_",
                                     "__sanitizer::",
                                     "__asan",
                                     "__tsan",
                                     "__msan",
                                     "__lsan",
                                     "__ubsan"});
}

/// Where the function is declared: its concrete or inlined instance refers
/// there.
Dwarf_Die declarationOf(Dwarf_Die Die) {
  Dwarf_Attribute Attribute;
  for (int Step = 0; Step < 8; ++Step) {
    Dwarf_Die Next;
    if (!dwarf_formref_die(dwarf_attr(&Die, DW_AT_abstract_origin, &Attribute),
                           &Next) &&
        !dwarf_formref_die(dwarf_attr(&Die, DW_AT_specification, &Attribute),
                           &Next))
      break;
    Die = Next;
  }
  return Die;
}

/// The linkage name, or for functions without one (anonymous namespaces, C) the
/// name with its scopes.
std::string nameOf(Dwarf_Die &Die) {
  Dwarf_Attribute Attribute;
  for (unsigned Kind : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (const char *Name =
            dwarf_formstring(dwarf_attr_integrate(&Die, Kind, &Attribute)))
      return Name;
  Dwarf_Die Declaration = declarationOf(Die);
  Dwarf_Die *Scopes = nullptr;
  const int Count = dwarf_getscopes_die(&Declaration, &Scopes);
  std::string Full;
  for (int I = 0; I < Count; ++I) {
    const int Tag = dwarf_tag(&Scopes[I]);
    const char *Text = dwarf_diename(&Scopes[I]);
    std::string Name = Text ? Text : "";
    if (Tag == DW_TAG_namespace && Name.empty())
      Name = "(anonymous namespace)";
    else if (Name.starts_with("<lambda") ||
             ((Tag == DW_TAG_class_type || Tag == DW_TAG_structure_type) &&
              Name.empty()))
      Name = "{lambda}";
    const bool Scope = I == 0 || Tag == DW_TAG_namespace ||
                       Tag == DW_TAG_class_type ||
                       Tag == DW_TAG_structure_type ||
                       Tag == DW_TAG_union_type || Tag == DW_TAG_subprogram;
    if (Scope && !Name.empty())
      Full = Name + (Full.empty() ? "" : "::" + Full);
  }
  std::free(Scopes);
  return Full;
}

std::string absolute(const char *File, const char *Directory) {
  std::filesystem::path Path = File ? File : "";
  if (Path.is_relative() && Directory && !Path.empty())
    Path = std::filesystem::path(Directory) / Path;
  return Path.lexically_normal().string();
}

/// The scopes of code around Address inside Die, innermost first. Whole: also
/// of functions that are inside of others or of types.
bool scopesInside(Dwarf_Die Die, Dwarf_Addr Address, bool Whole,
                  std::vector<Dwarf_Die> &Scopes) {
  Dwarf_Die Child;
  if (dwarf_child(&Die, &Child) != 0)
    return false;
  do {
    const bool Has = dwarf_haspc(&Child, Address) > 0;
    if ((Has || Whole) && scopesInside(Child, Address, Whole, Scopes)) {
      if (Has)
        Scopes.push_back(Child);
      return true;
    }
    if (Has) {
      Scopes.push_back(Child);
      return true;
    }
  } while (dwarf_siblingof(&Child, &Child) == 0);
  return false;
}

/// dwarf_getscopes finds none where it doesn't find the scopes in which an
/// inlined function was declared, such as a lambda's.
std::vector<Dwarf_Die> scopesAt(Dwarf_Die *Unit, Dwarf_Addr Address) {
  std::vector<Dwarf_Die> Result;
  Dwarf_Die *Scopes = nullptr, *Chain = nullptr;
  int Count = dwarf_getscopes(Unit, Address, &Scopes);
  if (Count > 0)
    Count = dwarf_getscopes_die(&Scopes[0], &Chain);
  if (Count > 0)
    Result.assign(Chain, Chain + Count);
  std::free(Scopes);
  std::free(Chain);
  if (Result.empty() && !scopesInside(*Unit, Address, false, Result))
    scopesInside(*Unit, Address, true, Result);
  return Result;
}

/// A descriptor libdwfl closes, of a file without a name.
int memoryFile(const std::string &Bytes) {
  const int Fd = memfd_create("image", MFD_CLOEXEC);
  if (Fd >= 0 && write(Fd, Bytes.data(), Bytes.size()) ==
                     static_cast<ssize_t>(Bytes.size()))
    return Fd;
  if (Fd >= 0)
    close(Fd);
  return -1;
}

} // namespace

Dwfl_Module *report(Dwfl *Session, const MappedFile &File) {
  int Fd = -1;
  if (!File.Image.empty() && (Fd = memoryFile(File.Image)) < 0)
    return nullptr;
  return dwfl_report_elf(Session, File.Path.c_str(), File.Path.c_str(), Fd,
                         File.Base, false);
}

Dwfl *beginSession() {
  static char *NoPath = nullptr;
  static const Dwfl_Callbacks Callbacks = {
      dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
      dwfl_offline_section_address, &NoPath};
  Dwfl *Session = dwfl_begin(&Callbacks);
  dwfl_report_begin(Session);
  return Session;
}

/// Its addresses are those of the process in which it was met first.
struct SymbolFiles::File {
  Dwfl *Session = nullptr;
  Dwfl_Module *Module = nullptr; // null: a data file
  std::uint64_t Base = 0;
  std::string BuildId;
  Units CompileUnits;
  std::map<std::uint64_t, std::vector<Frame>> Known; // by offset from the base
  std::map<std::uint64_t, CodeRange> Called;         // by return address's

  ~File() {
    if (Session)
      dwfl_end(Session);
  }
};

SymbolFiles::SymbolFiles() = default;
SymbolFiles::~SymbolFiles() = default;

SymbolFiles::File &SymbolFiles::open(const MappedFile &Which) {
  auto &Slot = Files[{Which.Path, Which.Image}];
  if (Slot)
    return *Slot;
  Slot = std::make_unique<File>();
  Slot->Base = Which.Base;
  Slot->Session = beginSession();
  Slot->Module = report(Slot->Session, Which);
  dwfl_report_end(Slot->Session, nullptr, nullptr);
  if (!Slot->Module)
    return *Slot;
  ++Loads;
  GElf_Addr Where = 0, Bias = 0;
  const unsigned char *Id = nullptr;
  // The id is only known once it is open.
  dwfl_module_getelf(Slot->Module, &Bias);
  if (const int Size = dwfl_module_build_id(Slot->Module, &Id, &Where);
      Size > 0)
    Slot->BuildId.assign(reinterpret_cast<const char *>(Id),
                         static_cast<std::size_t>(Size));
  return *Slot;
}

bool SymbolFiles::isRebuilt(const MappedFile &Which,
                            const std::string &BuildId) {
  const File &F = open(Which);
  return F.Module && F.BuildId != BuildId;
}

const std::vector<Frame> &SymbolFiles::framesAt(const MappedFile &Which,
                                                std::uint64_t Address) {
  File &F = open(Which);
  auto [Known, New] = F.Known.try_emplace(Address - Which.Base);
  if (New && F.Module)
    addFrames(F, Address - Which.Base + F.Base, Which.Path, Known->second);
  return Known->second;
}

const Frame *SymbolFiles::jumpedFrom(const MappedFile &Which,
                                     std::uint64_t ReturnAddress,
                                     std::uint64_t Inner) {
  File &F = open(Which);
  if (!F.Module)
    return nullptr;
  auto [It, New] = F.Called.try_emplace(ReturnAddress - Which.Base);
  if (New)
    It->second = calledFunction(F.Module, ReturnAddress - Which.Base + F.Base);
  const auto [Start, End] = It->second;
  const std::uint64_t At = Inner - Which.Base + F.Base;
  if (Start == 0 || (At >= Start && At < End))
    return nullptr;
  const auto &Frames = framesAt(Which, Start - F.Base + Which.Base);
  return Frames.empty() ? nullptr : &Frames.back();
}

void SymbolFiles::addFrames(File &Of, std::uint64_t Address,
                            const std::string &Path,
                            std::vector<Frame> &Frames) {
  Dwfl_Module *Module = Of.Module;
  Frame Outer;
  Outer.Module = Path;
  std::string Symbol;
  if (const char *Name = dwfl_module_addrname(Module, Address))
    Symbol = Name;

  // Where the innermost function is, then from where each was inlined.
  Location Where;
  const auto [Unit, Bias] = Of.CompileUnits.at(Module, Address);
  if (Dwarf_Line *Line =
          Unit ? dwarf_getsrc_die(Unit, Address - Bias) : nullptr) {
    int Number = 0, Column = 0;
    dwarf_lineno(Line, &Number);
    dwarf_linecol(Line, &Column);
    Dwarf_Attribute Attribute;
    Where = {absolute(dwarf_linesrc(Line, nullptr, nullptr),
                      dwarf_formstring(
                          dwarf_attr(Unit, DW_AT_comp_dir, &Attribute))),
             static_cast<unsigned>(Number), static_cast<unsigned>(Column)};
  }
  bool Outermost = false;
  for (Dwarf_Die &Scope :
       Unit ? scopesAt(Unit, Address - Bias) : std::vector<Dwarf_Die>()) {
    const int Tag = dwarf_tag(&Scope);
    Outermost = Tag == DW_TAG_subprogram;
    if (!Outermost && Tag != DW_TAG_inlined_subroutine)
      continue;
    Frame F = Outer;
    F.Inlined = !Outermost;
    F.Where = Where;
    std::string Name = nameOf(Scope);
    // Parts of a split function and coroutine bodies have their name in the
    // symbol table.
    if (Outermost && !Symbol.empty() &&
        (Name.empty() || isCoroutinePart(demangle(Symbol))))
      Name = Symbol;
    F.Display = demangle(Name);
    F.Function = qualifiedName(F.Display);
    F.Coroutine = isCoroutinePart(F.Display);
    F.User = isUser(F);
    Frames.push_back(std::move(F));
    if (Outermost)
      break;
    Dwarf_Attribute Attribute;
    Dwarf_Word File = 0, Line = 0, Column = 0;
    Dwarf_Files *Files = nullptr;
    const char *Name2 = nullptr;
    if (dwarf_formudata(dwarf_attr(&Scope, DW_AT_call_file, &Attribute),
                        &File) == 0 &&
        dwarf_getsrcfiles(Unit, &Files, nullptr) == 0)
      Name2 = dwarf_filesrc(Files, File, nullptr, nullptr);
    dwarf_formudata(dwarf_attr(&Scope, DW_AT_call_line, &Attribute), &Line);
    dwarf_formudata(dwarf_attr(&Scope, DW_AT_call_column, &Attribute), &Column);
    const char *Directory =
        dwarf_formstring(dwarf_attr(Unit, DW_AT_comp_dir, &Attribute));
    Where = {Name2 ? absolute(Name2, Directory) : Where.File,
             static_cast<unsigned>(Line), static_cast<unsigned>(Column)};
  }
  if (Outermost)
    return;
  Outer.Where = Where;
  Outer.Display = demangle(Symbol);
  Outer.Function = qualifiedName(Outer.Display);
  Outer.Coroutine = isCoroutinePart(Outer.Display);
  if (Symbol.empty()) {
    std::ostringstream Text;
    Text << std::filesystem::path(Outer.Module).filename().string() << "+0x"
         << std::hex << Address - Of.Base;
    Outer.Display = Text.str();
  }
  Outer.User = isUser(Outer);
  Frames.push_back(std::move(Outer));
}

} // namespace gridlock::symbolize

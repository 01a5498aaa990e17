// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Symbolizer.h"

#include "tools/symbolize/Names.h"
#include "tools/symbolize/Units.h"

#include <cstring>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace gridlock::symbolize {

namespace {

const RawStack *Current =
    nullptr; // libdwfl hands one argument on for all stacks

pid_t nextThread(Dwfl *, void *, void **Argument) {
  if (*Argument)
    return 0;
  *Argument = const_cast<RawStack *>(Current);
  return 1;
}

bool getThread(Dwfl *, pid_t, void *, void **Argument) {
  *Argument = const_cast<RawStack *>(Current);
  return true;
}

bool readMemory(Dwfl *, Dwarf_Addr Address, Dwarf_Word *Result, void *) {
  const std::uint64_t Base = Current->Head.Registers[monitor::Rsp];
  if (Address < Base || Address - Base + sizeof *Result > Current->Bytes.size())
    return false;
  std::memcpy(Result, Current->Bytes.data() + (Address - Base), sizeof *Result);
  return true;
}

bool setRegisters(Dwfl_Thread *Thread, void *) {
  const monitor::Snapshot &S = Current->Head;
  for (unsigned I = 0; I < monitor::RegisterCount; ++I) {
    const Dwarf_Word Value = S.Registers[I];
    if (S.Known >> I & 1 && !dwfl_thread_state_registers(Thread, I, 1, &Value))
      return false;
  }
  return true;
}

constexpr Dwfl_Thread_Callbacks ThreadCallbacks = {
    nextThread, getThread, readMemory, setRegisters, nullptr, nullptr};

struct MachineFrame {
  std::uint64_t Pc, Sp;
  bool Activation; // the pc itself, not a return address
};

int addMachineFrame(Dwfl_Frame *State, void *To) {
  auto &Frames = *static_cast<std::vector<MachineFrame> *>(To);
  MachineFrame F{};
  if (!dwfl_frame_pc(State, &F.Pc, &F.Activation) || F.Pc == 0)
    return DWARF_CB_ABORT;
  Dwarf_Word Sp = 0;
  if (dwfl_frame_reg(State, monitor::Rsp, &Sp) == 0)
    F.Sp = Sp;
  Frames.push_back(F);
  return Frames.size() < 512 ? DWARF_CB_OK : DWARF_CB_ABORT;
}

struct Mapping {
  std::uint64_t Start, End, Offset;
  std::string File;
};

std::vector<Mapping> parseMaps(const std::string &Text) {
  std::vector<Mapping> Result;
  std::istringstream In(Text);
  for (std::string Line; std::getline(In, Line);) {
    Mapping M{};
    unsigned long long Start, End, Offset;
    char Rights[8];
    int At = 0;
    if (std::sscanf(Line.c_str(), "%llx-%llx %7s %llx %*s %*s %n", &Start, &End,
                    Rights, &Offset, &At) < 4)
      continue;
    M.Start = Start;
    M.End = End;
    M.Offset = Offset;
    M.File = Line.substr(static_cast<std::size_t>(At));
    Result.push_back(M);
  }
  return Result;
}

bool startsWithAny(std::string_view Text,
                   std::initializer_list<std::string_view> Prefixes) {
  for (std::string_view P : Prefixes)
    if (Text.starts_with(P))
      return true;
  return false;
}

/// gridlock/coroutine.h, compiled into the program.
bool isCoroutineHeader(const std::string &File) {
  return File.ends_with("gridlock/coroutine.h");
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

} // namespace

struct Symbolizer::Image {
  Dwfl *Session = nullptr;
  std::vector<Mapping> Missing; // of files that can't be read any more
  Units CompileUnits;
  // Samples of one run share most of their frames.
  std::map<std::pair<std::uint64_t, bool>, std::vector<Frame>> Known;

  ~Image() {
    if (Session)
      dwfl_end(Session);
  }
};

Symbolizer::Symbolizer(const ProcessRecords &Process) : Process(Process) {}
Symbolizer::~Symbolizer() = default;

Symbolizer::Image &Symbolizer::image(std::size_t Maps) {
  auto &Slot = Images[Maps];
  if (Slot)
    return *Slot;
  Slot = std::make_unique<Image>();
  static char *NoPath = nullptr;
  static const Dwfl_Callbacks Callbacks = {
      dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
      dwfl_offline_section_address, &NoPath};
  Slot->Session = dwfl_begin(&Callbacks);
  dwfl_report_begin(Slot->Session);
  std::set<std::string> Seen;
  if (Maps < Process.Maps.size())
    for (const Mapping &M : parseMaps(Process.Maps[Maps])) {
      constexpr std::string_view Deleted = " (deleted)";
      if (!M.File.starts_with("/"))
        continue;
      if (M.File.ends_with(Deleted) || access(M.File.c_str(), R_OK) != 0) {
        Slot->Missing.push_back(M);
        continue;
      }
      if (M.Offset != 0 || !Seen.insert(M.File).second)
        continue;
      Dwfl_Module *Module = dwfl_report_elf(Slot->Session, M.File.c_str(),
                                            M.File.c_str(), -1, M.Start, false);
      if (!Module)
        continue; // a data file
      const unsigned char *Id = nullptr;
      GElf_Addr Where = 0, Bias = 0;
      dwfl_module_getelf(Module, &Bias); // the id is only known once it is open
      const int Size = dwfl_module_build_id(Module, &Id, &Where);
      const auto Recorded = Process.BuildIds.find(M.Start);
      if (Recorded != Process.BuildIds.end() &&
          (Size != static_cast<int>(Recorded->second.size()) ||
           std::memcmp(Id, Recorded->second.data(), Recorded->second.size()) !=
               0))
        Problems.insert(
            M.File +
            ": rebuilt since the run, its functions and lines may be wrong");
    }
  if (!Process.Vdso.empty() && Process.Header.VdsoBase) {
    const int Fd = memfd_create("vdso", MFD_CLOEXEC);
    if (Fd >= 0 && write(Fd, Process.Vdso.data(), Process.Vdso.size()) ==
                       static_cast<ssize_t>(Process.Vdso.size()))
      dwfl_report_elf(Slot->Session, "[vdso]", "[vdso]", Fd,
                      Process.Header.VdsoBase, false);
    else if (Fd >= 0)
      close(Fd);
  }
  dwfl_report_end(Slot->Session, nullptr, nullptr);
  dwfl_attach_state(Slot->Session, nullptr,
                    static_cast<pid_t>(Process.Header.Pid), &ThreadCallbacks,
                    this);
  return *Slot;
}

void Symbolizer::addFrames(Image &I, std::uint64_t Pc, bool Return,
                           std::vector<Frame> &Frames) {
  const std::uint64_t Address = Return ? Pc - 1 : Pc;
  Frame Outer;
  Outer.Pc = Pc;
  Dwfl_Module *Module = dwfl_addrmodule(I.Session, Address);
  if (!Module) {
    // Only now it matters: programs also share data in files they delete.
    for (const Mapping &M : I.Missing)
      if (Address >= M.Start && Address < M.End)
        Problems.insert(M.File +
                        ": not there any more, its functions have no names");
    std::ostringstream Text;
    Text << "0x" << std::hex << Pc;
    Outer.Display = Text.str();
    Frames.push_back(Outer);
    return;
  }
  Dwarf_Addr Start = 0;
  if (const char *Name = dwfl_module_info(Module, nullptr, &Start, nullptr,
                                          nullptr, nullptr, nullptr, nullptr))
    Outer.Module = Name;
  std::string Symbol;
  if (const char *Name = dwfl_module_addrname(Module, Address))
    Symbol = Name;

  // Where the innermost function is, then from where each was inlined.
  Location Where;
  const auto [Unit, Bias] = I.CompileUnits.at(Module, Address);
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
  Dwarf_Die *Scopes = nullptr, *Chain = nullptr;
  int Count = Unit ? dwarf_getscopes(Unit, Address - Bias, &Scopes) : 0;
  if (Count > 0)
    Count = dwarf_getscopes_die(&Scopes[0], &Chain);
  bool Outermost = false;
  for (int S = 0; S < Count && !Outermost; ++S) {
    const int Tag = dwarf_tag(&Chain[S]);
    Outermost = Tag == DW_TAG_subprogram;
    if (!Outermost && Tag != DW_TAG_inlined_subroutine)
      continue;
    Frame F = Outer;
    F.Inlined = !Outermost;
    F.Where = Where;
    std::string Name = nameOf(Chain[S]);
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
    if (dwarf_formudata(dwarf_attr(&Chain[S], DW_AT_call_file, &Attribute),
                        &File) == 0 &&
        dwarf_getsrcfiles(Unit, &Files, nullptr) == 0)
      Name2 = dwarf_filesrc(Files, File, nullptr, nullptr);
    dwarf_formudata(dwarf_attr(&Chain[S], DW_AT_call_line, &Attribute), &Line);
    dwarf_formudata(dwarf_attr(&Chain[S], DW_AT_call_column, &Attribute),
                    &Column);
    const char *Directory =
        dwarf_formstring(dwarf_attr(Unit, DW_AT_comp_dir, &Attribute));
    Where = {Name2 ? absolute(Name2, Directory) : Where.File,
             static_cast<unsigned>(Line), static_cast<unsigned>(Column)};
  }
  std::free(Scopes);
  std::free(Chain);
  if (Outermost)
    return;
  Outer.Where = Where;
  Outer.Display = demangle(Symbol);
  Outer.Function = qualifiedName(Outer.Display);
  Outer.Coroutine = isCoroutinePart(Outer.Display);
  if (Symbol.empty()) {
    std::ostringstream Text;
    Text << std::filesystem::path(Outer.Module).filename().string() << "+0x"
         << std::hex << Address - Start;
    Outer.Display = Text.str();
  }
  Outer.User = isUser(Outer);
  Frames.push_back(std::move(Outer));
}

std::vector<Frame> Symbolizer::unwind(const RawStack &Stack) {
  Image &I = image(Stack.Maps);
  Current = &Stack;
  std::vector<MachineFrame> Machine;
  // An error only ends the stack early: what was found so far is right.
  dwfl_getthread_frames(I.Session, 1, addMachineFrame, &Machine);
  std::vector<Frame> Frames;
  for (const MachineFrame &M : Machine) {
    auto [Known, New] = I.Known.try_emplace({M.Pc, !M.Activation});
    if (New)
      addFrames(I, M.Pc, !M.Activation, Known->second);
    for (Frame F : Known->second) {
      F.Sp = M.Sp;
      Frames.push_back(std::move(F));
    }
  }
  // The interposer's own frames: up to the last one of the monitor.
  std::size_t First = 0;
  for (std::size_t N = 0; N < Frames.size() && N < 16; ++N)
    if (Frames[N].Module.find("libgridlock-monitor.so") != std::string::npos ||
        (isCoroutineHeader(Frames[N].Where.File)
             ? N == First // further up it is between the program's frames
             : Frames[N].Where.File.find("runtime-monitor/") !=
                   std::string::npos) ||
        Frames[N].Where.File.ends_with("gridlock-interposers.cpp"))
      First = N + 1;
  Frames.erase(Frames.begin(),
               Frames.begin() + static_cast<std::ptrdiff_t>(First));
  return Frames;
}

std::vector<Frame> Symbolizer::at(std::uint64_t ReturnAddress,
                                  std::size_t Maps) {
  std::vector<Frame> Frames;
  addFrames(image(Maps), ReturnAddress, true, Frames);
  return Frames;
}

} // namespace gridlock::symbolize

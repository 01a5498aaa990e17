// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Symbolizer.h"

#include <algorithm>
#include <cstring>
#include <elfutils/libdwfl.h>
#include <sstream>
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

} // namespace

/// Where a process had its files: a session to unwind stacks with, which reads
/// no debug information.
struct Symbolizer::Image {
  Dwfl *Session = nullptr;
  std::vector<MappedFile> Files;
  std::vector<std::pair<Mapping, const MappedFile *>> Mapped; // sorted
  std::vector<Mapping> Missing; // of files that can't be read any more

  ~Image() {
    if (Session)
      dwfl_end(Session);
  }
};

Symbolizer::Symbolizer(const ProcessRecords &Process, SymbolFiles &Files)
    : Process(Process), Files(Files) {}
Symbolizer::~Symbolizer() = default;

Symbolizer::Image &Symbolizer::image(std::size_t Maps) {
  auto &Slot = Images[Maps];
  if (Slot)
    return *Slot;
  Slot = std::make_unique<Image>();
  const std::vector<Mapping> All = Maps < Process.Maps.size()
                                       ? parseMaps(Process.Maps[Maps])
                                       : std::vector<Mapping>();
  std::map<std::string, std::uint64_t> Bases;
  for (const Mapping &M : All) {
    constexpr std::string_view Deleted = " (deleted)";
    if (!M.File.starts_with("/"))
      continue;
    if (M.File.ends_with(Deleted) || access(M.File.c_str(), R_OK) != 0)
      Slot->Missing.push_back(M);
    else if (M.Offset == 0)
      Bases.try_emplace(M.File, M.Start);
  }
  Slot->Session = beginSession();
  std::map<std::string, std::size_t> Reported; // index into Files
  for (const auto &[File, Base] : Bases) {
    MappedFile Which{File, Base};
    if (!report(Slot->Session, Which))
      continue; // a data file
    Reported[File] = Slot->Files.size();
    Slot->Files.push_back(std::move(Which));
  }
  if (!Process.Vdso.empty() && Process.Header.VdsoBase) {
    MappedFile Vdso{"[vdso]", Process.Header.VdsoBase, Process.Vdso};
    if (report(Slot->Session, Vdso)) {
      Reported["[vdso]"] = Slot->Files.size();
      Slot->Files.push_back(std::move(Vdso));
    }
  }
  dwfl_report_end(Slot->Session, nullptr, nullptr);
  dwfl_attach_state(Slot->Session, nullptr,
                    static_cast<pid_t>(Process.Header.Pid), &ThreadCallbacks,
                    this);
  for (const Mapping &M : All)
    if (const auto At = Reported.find(M.File); At != Reported.end())
      Slot->Mapped.push_back({M, &Slot->Files[At->second]});
  return *Slot;
}

const MappedFile *Symbolizer::fileAt(const Image &I, std::uint64_t Address) {
  for (const auto &[Where, File] : I.Mapped)
    if (Address >= Where.Start && Address < Where.End)
      return File;
  return nullptr;
}

void Symbolizer::addFrames(Image &I, std::uint64_t Pc, bool Return,
                           std::vector<Frame> &Frames) {
  const std::uint64_t Address = Return ? Pc - 1 : Pc;
  const MappedFile *At = fileAt(I, Address);
  if (!At) {
    // Only now it matters: programs also share data in files they delete.
    for (const Mapping &M : I.Missing)
      if (Address >= M.Start && Address < M.End)
        Problems.insert(M.File +
                        ": not there any more, its functions have no names");
    Frame Unknown;
    Unknown.Pc = Pc;
    std::ostringstream Text;
    Text << "0x" << std::hex << Pc;
    Unknown.Display = Text.str();
    Frames.push_back(Unknown);
    return;
  }
  const MappedFile &File = *At;
  const auto Recorded = Process.BuildIds.find(File.Base);
  if (Recorded != Process.BuildIds.end() &&
      Files.isRebuilt(File, Recorded->second))
    Problems.insert(
        File.Path +
        ": rebuilt since the run, its functions and lines may be wrong");
  for (Frame F : Files.framesAt(File, Address)) {
    F.Pc = Pc;
    Frames.push_back(std::move(F));
  }
}

/// Of the interposers, generated ones included.
static bool isMonitors(const Frame &F) {
  return F.Module.find("libgridlock-monitor.so") != std::string::npos ||
         (F.Where.File.find("runtime-monitor/") != std::string::npos &&
          !isCoroutineHeader(F.Where.File)) ||
         F.Where.File.ends_with("gridlock-interposers.cpp");
}

std::vector<Frame> Symbolizer::unwind(const RawStack &Stack) {
  Image &I = image(Stack.Maps);
  Current = &Stack;
  std::vector<MachineFrame> Machine;
  // An error only ends the stack early: what was found so far is right.
  dwfl_getthread_frames(I.Session, 1, addMachineFrame, &Machine);
  std::vector<Frame> Frames;
  for (std::size_t N = 0; N < Machine.size(); ++N) {
    const MachineFrame &M = Machine[N];
    const std::size_t First = Frames.size();
    const MappedFile *File = fileAt(I, M.Pc - 1);
    if (N != 0 && !M.Activation && File) {
      const MachineFrame &Inner = Machine[N - 1];
      const Frame *Jumped =
          Files.jumpedFrom(*File, M.Pc, Inner.Pc - !Inner.Activation);
      if (Jumped && Jumped->Function != Frames.back().Function)
        Frames.push_back(*Jumped);
    }
    addFrames(I, M.Pc, !M.Activation, Frames);
    for (std::size_t K = First; K < Frames.size(); ++K)
      Frames[K].Sp = M.Sp;
  }
  // The interposer's own frames: up to the last one of the monitor. Those that
  // call the program back (pthread_once's routine) are between its frames.
  const auto Called =
      std::find_if(Frames.begin(), Frames.end(),
                   [](const Frame &F) { return F.User && !isMonitors(F); });
  auto Own = Frames.begin();
  for (auto F = Own; F != Called; ++F)
    if (isMonitors(*F) || (F == Own && isCoroutineHeader(F->Where.File)))
      Own = F + 1;
  Frames.erase(Frames.begin(), Own);
  std::erase_if(Frames, isMonitors);
  return Frames;
}

std::vector<Frame> Symbolizer::at(std::uint64_t ReturnAddress,
                                  std::size_t Maps) {
  std::vector<Frame> Frames;
  addFrames(image(Maps), ReturnAddress, true, Frames);
  return Frames;
}

} // namespace gridlock::symbolize

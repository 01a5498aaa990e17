// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/RunTarget.h"

#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace gridlock::cli {

namespace {

fs::path findProgram(const std::string &Name) {
  if (Name.find('/') != std::string::npos)
    return Name;
  const char *Path = std::getenv("PATH");
  std::istringstream In(Path ? Path : "/usr/bin:/bin");
  for (std::string Folder; std::getline(In, Folder, ':');) {
    const fs::path Candidate = fs::path(Folder.empty() ? "." : Folder) / Name;
    std::error_code Ignored;
    if (fs::is_regular_file(Candidate, Ignored) &&
        access(Candidate.c_str(), X_OK) == 0)
      return Candidate;
  }
  return {};
}

/// Names of needed libraries, or nothing if the program is static.
struct Linking {
  bool Dynamic = false;
  bool Foreign = false; // for another machine
  std::vector<std::string> Needed;
};

template <class T>
bool readAt(std::ifstream &In, std::uint64_t Offset, T &Value) {
  In.seekg(static_cast<std::streamoff>(Offset));
  return static_cast<bool>(
      In.read(reinterpret_cast<char *>(&Value), sizeof Value));
}

Linking linkingOf(std::ifstream &In) {
  Linking Result;
  Elf64_Ehdr Header;
  if (!readAt(In, 0, Header) || Header.e_ident[EI_CLASS] != ELFCLASS64 ||
      Header.e_machine != EM_X86_64) {
    Result.Foreign = true;
    return Result;
  }
  std::vector<Elf64_Phdr> Loads;
  Elf64_Phdr Dynamic{};
  for (unsigned I = 0; I < Header.e_phnum; ++I) {
    Elf64_Phdr P;
    if (!readAt(In, Header.e_phoff + I * sizeof P, P))
      return Result;
    if (P.p_type == PT_INTERP)
      Result.Dynamic = true;
    else if (P.p_type == PT_DYNAMIC)
      Dynamic = P;
    else if (P.p_type == PT_LOAD)
      Loads.push_back(P);
  }
  std::uint64_t Strings = 0;
  std::vector<std::uint64_t> Names;
  for (std::uint64_t At = 0; At + sizeof(Elf64_Dyn) <= Dynamic.p_filesz;
       At += sizeof(Elf64_Dyn)) {
    Elf64_Dyn D;
    if (!readAt(In, Dynamic.p_offset + At, D) || D.d_tag == DT_NULL)
      break;
    if (D.d_tag == DT_STRTAB)
      Strings = D.d_un.d_ptr;
    else if (D.d_tag == DT_NEEDED)
      Names.push_back(D.d_un.d_val);
  }
  for (const Elf64_Phdr &P : Loads)
    if (Strings >= P.p_vaddr && Strings < P.p_vaddr + P.p_filesz)
      for (std::uint64_t Name : Names) {
        In.clear();
        In.seekg(static_cast<std::streamoff>(P.p_offset +
                                             (Strings - P.p_vaddr) + Name));
        std::string Text;
        std::getline(In, Text, '\0');
        Result.Needed.push_back(Text);
      }
  return Result;
}

std::string whyNot(const fs::path &Program, RunTarget &Target, unsigned Depth) {
  const std::string Name = "'" + Program.string() + "'";
  struct stat Info;
  if (stat(Program.c_str(), &Info) != 0)
    return Name + " cannot be started: " + std::strerror(errno);
  if (S_ISDIR(Info.st_mode))
    return Name + " is a directory";
  if (access(Program.c_str(), X_OK) != 0)
    return Name + " is not executable";
  const bool OtherUser = (Info.st_mode & S_ISUID && Info.st_uid != geteuid()) ||
                         (Info.st_mode & S_ISGID && Info.st_gid != getegid());
  if (OtherUser)
    return Name +
           " is setuid or setgid: the system ignores preloaded libraries "
           "for it; run it as its owner, or a copy without that bit";
  if (getxattr(Program.c_str(), "security.capability", nullptr, 0) > 0)
    return Name + " has file capabilities: the system ignores preloaded "
                  "libraries for it; run a copy without them";
  std::ifstream In(Program, std::ios::binary);
  char Start[4] = {};
  In.read(Start, sizeof Start);
  if (!In)
    return In.gcount() >= 2 && Start[0] == '#'
               ? ""
               : Name + " cannot be read, so it is unknown "
                        "whether the monitor works in it";
  if (std::memcmp(Start, "#!", 2) == 0) {
    In.seekg(2);
    std::string Line;
    std::getline(In, Line);
    std::istringstream Words(Line);
    std::string Interpreter;
    Words >> Interpreter;
    return Depth < 4 && !Interpreter.empty()
               ? whyNot(Interpreter, Target, Depth + 1)
               : "";
  }
  if (std::memcmp(Start, ELFMAG, SELFMAG) != 0)
    return Name + " is neither an ELF program nor a script with #!";
  const Linking L = linkingOf(In);
  if (L.Foreign)
    return Name + " is not for x86-64, the only machine the monitor supports";
  if (!L.Dynamic)
    return Name +
           " is statically linked: nothing can be preloaded into it; link "
           "it with Gridlock::monitor_static instead "
           "(runtime-monitor/README.md)";
  for (const std::string &Library : L.Needed)
    if (Library.starts_with("libasan.so") || Library.starts_with("libtsan.so"))
      Target.RunsFirst = Library;
  return {};
}

} // namespace

RunTarget inspectTarget(const std::string &Name) {
  RunTarget Target;
  Target.Program = findProgram(Name);
  if (Target.Program.empty())
    Target.Refused = "there is no program '" + Name + "' in PATH";
  else
    Target.Refused = whyNot(Target.Program, Target, 0);
  return Target;
}

} // namespace gridlock::cli

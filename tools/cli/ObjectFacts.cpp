// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/ObjectFacts.h"

#include "tools/driver/CompileDatabase.h"
#include "tools/driver/Files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <string_view>

#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::cli {

namespace {

constexpr std::string_view Section = ".gridlock.facts";
constexpr const char *Wild = "*?[";

class Collector {
public:
  ObjectFacts Result;

  /// False if the file is no object file.
  bool add(const fs::path &Path) {
    const int Descriptor = ::open(Path.c_str(), O_RDONLY | O_CLOEXEC);
    if (Descriptor < 0) {
      Result.Broken.emplace_back(Path.string(), std::strerror(errno));
      return true;
    }
    Elf *Handle = elf_begin(Descriptor, ELF_C_READ_MMAP, nullptr);
    GElf_Ehdr Header;
    Target = Handle && gelf_getehdr(Handle, &Header) && Header.e_type == ET_REL
                 ? driver::buildTargetOf(fs::absolute(Path))
                 : fs::absolute(Path).string();
    const bool Known = Handle && read(Path.string(), Descriptor, Handle);
    elf_end(Handle);
    ::close(Descriptor);
    return Known;
  }

private:
  /// What the file's objects are linked to: an archive and a linked binary are
  /// such things themselves.
  std::string Target;
  /// Size and hash of buffers, an object's and those of what it is linked to,
  /// to the index of their facts; none of what can't be used.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> Seen;
  static constexpr std::size_t Unusable = std::string_view::npos;

  bool read(const std::string &Name, int Descriptor, Elf *Handle) {
    if (elf_kind(Handle) == ELF_K_ELF) {
      object(Name, Handle);
      return true;
    }
    if (elf_kind(Handle) != ELF_K_AR)
      return standsForObjects(Name, Handle);
    Elf *Member = nullptr;
    for (Elf_Cmd Command = ELF_C_READ_MMAP;
         (Member = elf_begin(Descriptor, Command, Handle)); elf_end(Member)) {
      const Elf_Arhdr *Header = elf_getarhdr(Member);
      const std::string Inner =
          Name + "(" + (Header ? Header->ar_name : "?") + ")";
      if (elf_kind(Member) == ELF_K_ELF)
        object(Inner, Member);
      else
        standsForObjects(Inner, Member);
      Command = elf_next(Member);
    }
    return true;
  }

  /// True if it is one of the files that stand for objects, but hold none.
  bool standsForObjects(const std::string &Name, Elf *Handle) {
    std::size_t Size = 0;
    const char *Bytes = elf_rawfile(Handle, &Size);
    const std::string_view Content(Bytes ? Bytes : "", Bytes ? Size : 0);
    if (Content.substr(0, 8) == "!<thin>\n")
      Result.Broken.emplace_back(
          Name, "a thin archive has no content of its own; name its objects");
    else if (Content.substr(0, 4) == "BC\xC0\xDE")
      Result.Broken.emplace_back(Name, "LLVM bitcode (-flto): the facts are in "
                                       "the linked binary; name that");
    else
      return false;
    return true;
  }

  void object(const std::string &Name, Elf *Handle) {
    ++Result.Objects;
    std::size_t Names = 0;
    bool Found = false;
    if (elf_getshdrstrndx(Handle, &Names) == 0)
      for (Elf_Scn *S = nullptr; (S = elf_nextscn(Handle, S));) {
        GElf_Shdr Header;
        const char *Title = gelf_getshdr(S, &Header)
                                ? elf_strptr(Handle, Names, Header.sh_name)
                                : nullptr;
        if (!Title || Title != Section)
          continue;
        Found = true;
        const Elf_Data *Data = elf_rawdata(S, nullptr);
        if (!Data || !Data->d_buf || Header.sh_type != SHT_PROGBITS ||
            (Header.sh_flags & SHF_COMPRESSED))
          broken(Name, "can't be read");
        else
          buffers(Name, {static_cast<const char *>(Data->d_buf), Data->d_size});
      }
    if (!Found)
      Result.Without.push_back(Name);
  }

  /// A buffer is: length of the rest, offset of the root, identifier. Between
  /// two there may be zeros, of a linker that aligns.
  void buffers(const std::string &Name, std::string_view Bytes) {
    constexpr std::size_t Prefix = sizeof(flatbuffers::uoffset_t);
    while (!Bytes.empty()) {
      if (Bytes.size() < 3 * Prefix ||
          Bytes.substr(2 * Prefix, Prefix) != facts::FileIdentifier()) {
        if (Bytes.front() != 0)
          return broken(Name, "is corrupt");
        Bytes.remove_prefix(1);
        continue;
      }
      const std::size_t Size =
          Prefix +
          flatbuffers::ReadScalar<flatbuffers::uoffset_t>(Bytes.data());
      if (Size > Bytes.size())
        return broken(Name, "is truncated");
      const std::string_view Buffer = Bytes.substr(0, Size);
      Bytes.remove_prefix(Size);
      const auto [At, New] = Seen.try_emplace(
          {Size, std::hash<std::string_view>()(Buffer)}, Result.Facts.size());
      if (New) {
        auto File = FactsFile::fromBuffer({Buffer.begin(), Buffer.end()}, Name);
        if (const auto *Error = std::get_if<std::string>(&File)) {
          Result.Broken.emplace_back(Name, Error->substr(Name.size() + 2));
          At->second = Unusable;
          continue;
        }
        Result.Facts.push_back(std::move(std::get<FactsFile>(File)));
      }
      if (At->second != Unusable && !Target.empty())
        Result.Facts[At->second].addTarget(Target);
    }
  }

  void broken(const std::string &Name, const char *What) {
    Result.Broken.emplace_back(Name, "section " + std::string(Section) + " " +
                                         What + "; compile it again");
  }
};

/// PATTERN and PATH from these components on; `**` stands for any number.
bool matches(fs::path::iterator Pattern, fs::path::iterator PatternEnd,
             fs::path::iterator Path, fs::path::iterator PathEnd) {
  if (Pattern == PatternEnd)
    return Path == PathEnd;
  const auto Next = std::next(Pattern);
  if (*Pattern == "**")
    return matches(Next, PatternEnd, Path, PathEnd) ||
           (Path != PathEnd &&
            matches(Pattern, PatternEnd, std::next(Path), PathEnd));
  return Path != PathEnd &&
         ::fnmatch(Pattern->c_str(), Path->c_str(), 0) == 0 &&
         matches(Next, PatternEnd, std::next(Path), PathEnd);
}

/// The regular files that PATTERN, which has a wildcard, matches.
std::vector<fs::path> expand(const fs::path &Pattern) {
  fs::path Folder, Rest;
  for (const fs::path &Part : Pattern)
    if (Rest.empty() && Part.string().find_first_of(Wild) == std::string::npos)
      Folder /= Part;
    else
      Rest /= Part;
  const bool Deep =
      std::find(Rest.begin(), Rest.end(), fs::path("**")) != Rest.end();
  const auto Depth = std::distance(Rest.begin(), Rest.end());
  std::vector<fs::path> Found;
  std::error_code Error;
  for (fs::recursive_directory_iterator
           It(Folder, fs::directory_options::skip_permission_denied, Error),
       End;
       !Error && It != End; It.increment(Error)) {
    if (!Deep && It.depth() + 1 >= Depth)
      It.disable_recursion_pending();
    std::error_code NoFile;
    const fs::path Path = It->path().lexically_relative(Folder);
    if (matches(Rest.begin(), Rest.end(), Path.begin(), Path.end()) &&
        It->is_regular_file(NoFile))
      Found.push_back(It->path());
  }
  return Found;
}

} // namespace

std::variant<ObjectFacts, std::string>
collectObjectFacts(const std::vector<std::string> &Patterns,
                   const fs::path &Cwd) {
  elf_version(EV_CURRENT);
  std::set<fs::path> Named, Matched;
  for (const std::string &Pattern : Patterns) {
    const fs::path Path = (Cwd / Pattern).lexically_normal();
    std::error_code Error;
    if (fs::is_regular_file(Path, Error)) {
      Named.insert(driver::canonicalPath(Path));
      continue;
    }
    if (fs::is_directory(Path, Error))
      return "--objects '" + Pattern + "' is a folder; name its objects: '" +
             (fs::path(Pattern) / "**/*.o").lexically_normal().string() + "'";
    if (Pattern.find_first_of(Wild) == std::string::npos)
      return "--objects '" + Pattern + "': no such file";
    const std::vector<fs::path> Found = expand(Path);
    if (Found.empty())
      return "--objects '" + Pattern + "' matches no file";
    for (const fs::path &File : Found)
      Matched.insert(driver::canonicalPath(File));
  }
  Matched.insert(Named.begin(), Named.end());
  Collector C;
  for (const fs::path &File : Matched)
    if (!C.add(File) && Named.count(File))
      return "'" + File.string() +
             "' is no object file, archive or linked binary (ELF)";
  return std::move(C.Result);
}

} // namespace gridlock::cli

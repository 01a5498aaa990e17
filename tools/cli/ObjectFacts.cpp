// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/ObjectFacts.h"

#include "checks/facts/FactsSeal.h"
#include "tools/driver/CompileDatabase.h"
#include "tools/driver/Files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <string_view>

#include <ar.h>
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

constexpr const char *Truncated = "is truncated; build it again";

std::string_view contentOf(Elf *Handle) {
  std::size_t Size = 0;
  const char *Bytes = elf_rawfile(Handle, &Size);
  return Bytes ? std::string_view(Bytes, Size) : std::string_view();
}

/// Whether the table of sections, which is last in a file, is all there.
bool isWholeObject(Elf *Handle) {
  GElf_Ehdr Header;
  if (!gelf_getehdr(Handle, &Header))
    return false;
  const std::size_t Size = contentOf(Handle).size();
  return Header.e_shoff == 0 ||
         (Header.e_shoff < Size &&
          (Size - Header.e_shoff) / std::max<unsigned>(1, Header.e_shentsize) >=
              std::max<unsigned>(1, Header.e_shnum));
}

/// Whether the headers lead from one member to the next, and to the end.
bool isWholeArchive(std::string_view Content) {
  constexpr std::size_t HeaderSize = sizeof(ar_hdr);
  std::size_t At = SARMAG;
  while (At + HeaderSize <= Content.size()) {
    ar_hdr Header;
    std::memcpy(&Header, Content.data() + At, HeaderSize);
    const std::string_view Digits(Header.ar_size, sizeof Header.ar_size);
    std::size_t Size = 0;
    if (std::from_chars(Digits.begin(), Digits.end(), Size).ec != std::errc())
      return false;
    At += HeaderSize + Size;
    if (At == Content.size())
      return true; // without the byte that makes sizes even
    At += Size % 2;
  }
  return At == Content.size();
}

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
    const bool Known = (Handle && read(Path.string(), Descriptor, Handle)) ||
                       wasObject(Path, Descriptor);
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
    const std::size_t Before = Result.Broken.size();
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
    if (Result.Broken.size() == Before && !isWholeArchive(contentOf(Handle)))
      Result.Broken.emplace_back(Name, Truncated);
    return true;
  }

  /// True if it is one of the files that stand for objects, but hold none.
  bool standsForObjects(const std::string &Name, Elf *Handle) {
    const std::string_view Content = contentOf(Handle);
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

  /// True if it is what is left of an object or an archive, which is told.
  bool wasObject(const fs::path &Path, int Descriptor) {
    char Start[SELFMAG];
    const ssize_t Size = ::pread(Descriptor, Start, sizeof Start, 0);
    const bool WasObject =
        Size == SELFMAG ? std::memcmp(Start, ELFMAG, SELFMAG) == 0
                        : Path.extension() == ".o" || Path.extension() == ".a";
    if (WasObject)
      Result.Broken.emplace_back(Path.string(), Truncated);
    return WasObject;
  }

  void object(const std::string &Name, Elf *Handle) {
    ++Result.Objects;
    if (!isWholeObject(Handle)) {
      Result.Broken.emplace_back(Name, Truncated);
      return;
    }
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

  /// Between two buffers there may be zeros, of a linker that aligns.
  void buffers(const std::string &Name, std::string_view Bytes) {
    while (!Bytes.empty()) {
      std::span<const std::uint8_t> First(
          reinterpret_cast<const std::uint8_t *>(Bytes.data()), Bytes.size());
      const std::size_t Size = sizeOfFirst(First);
      if (Size == 0) {
        if (Bytes.front() != 0)
          return broken(Name, "is corrupt");
        Bytes.remove_prefix(1);
        continue;
      }
      if (Size > Bytes.size())
        return broken(Name, "is truncated");
      const std::string_view Buffer = Bytes.substr(0, Size);
      Bytes.remove_prefix(Size);
      const auto [At, New] = Seen.try_emplace(
          {Size, std::hash<std::string_view>()(Buffer)}, Result.Facts.size());
      if (New) {
        auto File = FactsFile::fromBuffer({Buffer.begin(), Buffer.end()}, Name);
        const auto *Error = std::get_if<std::string>(&File);
        First = First.first(Size);
        if (Error || !takeSeal(First).value_or(true)) {
          // Its remedy is one of files of facts.
          broken(Name,
                 Error ? "is unusable: " +
                             Error->substr(Name.size() + 2,
                                           Error->rfind("; ") - Name.size() - 2)
                       : "is corrupt");
          At->second = Unusable;
          continue;
        }
        Result.Facts.push_back(std::move(std::get<FactsFile>(File)));
      }
      if (At->second != Unusable && !Target.empty())
        Result.Facts[At->second].addTarget(Target);
    }
  }

  void broken(const std::string &Name, const std::string &What) {
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

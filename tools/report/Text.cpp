// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/Report.h"

#include <fstream>
#include <map>
#include <ostream>

namespace fs = std::filesystem;

namespace gridlock::report {

namespace {

/// Lines longer than this are data rather than code, and are not shown.
constexpr std::size_t MaxSourceLine = 400;

/// Lines of source files, each file read once.
class Sources {
public:
  /// The line, or nullptr if the file or the line can't be had.
  const std::string *line(const fs::path &File, unsigned Line) {
    auto [It, New] = Files.try_emplace(File);
    if (New) {
      std::ifstream In(File);
      for (std::string Text; std::getline(In, Text);)
        It->second.push_back(std::move(Text));
    }
    if (Line == 0 || Line > It->second.size())
      return nullptr;
    return &It->second[Line - 1];
  }

private:
  std::map<fs::path, std::vector<std::string>> Files;
};

class TextWriter {
public:
  TextWriter(std::ostream &Out, const Report &R, const TextOptions &Options)
      : Out(Out), R(R), Options(Options) {}

  void write() {
    for (const Finding &F : R.Findings) {
      place(F.Where);
      Out << color("0;1;35") << "warning: " << color("0") << color("1")
          << F.Message << color("0") << " [" << F.Rule << "]\n";
      source(F.Where);
      for (const Note &N : F.Notes) {
        place(N.Where);
        Out << color("0;1;36") << "note: " << color("0") << N.Message << '\n';
        source(N.Where);
      }
    }
    Out << summaryLine(R) << '\n';
  }

private:
  std::ostream &Out;
  const Report &R;
  const TextOptions &Options;
  Sources Lines;

  std::string color(const char *Code) const {
    return Options.Color ? std::string("\x1b[") + Code + "m" : std::string();
  }

  void place(const Location &Where) {
    if (Where.File.empty())
      return;
    Out << color("1") << displayPath(Where.File, R.Root, Options.Cwd);
    if (Where.Line) {
      Out << ':' << Where.Line;
      if (Where.Column)
        Out << ':' << Where.Column;
    }
    Out << ": " << color("0");
  }

  /// The line and a caret below the column, in Clang's form. Columns count
  /// bytes; a tab stays a tab, and of a UTF-8 sequence only the first byte
  /// takes room.
  void source(const Location &Where) {
    if (Where.File.empty() || !Where.Line || !Where.Column)
      return;
    const std::string *Line = Lines.line(R.Root / Where.File, Where.Line);
    if (!Line || Line->size() > MaxSourceLine || Where.Column > Line->size())
      return;
    std::string Number = std::to_string(Where.Line);
    Number.insert(0, Number.size() < 5 ? 5 - Number.size() : 0, ' ');
    Out << Number << " | " << *Line << '\n'
        << std::string(Number.size(), ' ') << " | ";
    for (std::size_t I = 0; I + 1 < Where.Column; ++I) {
      const auto Byte = static_cast<unsigned char>((*Line)[I]);
      if (Byte == '\t')
        Out << '\t';
      else if ((Byte & 0xC0) != 0x80)
        Out << ' ';
    }
    Out << color("0;1;32") << '^' << color("0") << '\n';
  }
};

std::string counted(std::uint64_t Count, const char *What) {
  return std::to_string(Count) + " " + What + (Count == 1 ? "" : "s");
}

} // namespace

std::string displayPath(const std::string &Path, const fs::path &Root,
                        const fs::path &Cwd) {
  const fs::path Absolute = (Root / Path).lexically_normal();
  const fs::path Relative = Absolute.lexically_relative(Cwd);
  if (Relative.empty())
    return Path;
  const fs::path Inside = Absolute.relative_path(), Here = Cwd.relative_path();
  const bool SharesFolder =
      !Inside.empty() && !Here.empty() && *Inside.begin() == *Here.begin();
  const bool Below = *Relative.begin() != "..";
  // Outside the root nobody would recognise ../../../usr/include/...
  if (Below || (SharesFolder && fs::path(Path).is_relative()))
    return Relative.string();
  return Absolute.string();
}

std::string summaryLine(const Report &R) {
  const Summary &C = R.Counts;
  std::string Line = counted(C.Files, "file") + " analysed, ";
  if (C.Partial)
    Line += std::to_string(C.Partial) + " of them with errors, ";
  Line += std::to_string(C.Failed) + " failed, " +
          counted(R.Findings.size(), "finding") + " (" +
          std::to_string(C.Suppressed) + " suppressed";
  if (C.Baselined)
    Line += ", " + std::to_string(C.Baselined) + " in the baseline";
  if (C.Hidden)
    Line += ", " + std::to_string(C.Hidden) + " below the profile's precision";
  Line += "), " + counted(C.Unresolved, "unresolved call");
  if (C.Uninstantiated)
    Line +=
        ", " + counted(C.Uninstantiated, "template") + " never instantiated";
  return Line;
}

void writeText(std::ostream &Out, const Report &R, const TextOptions &Options) {
  TextWriter(Out, R, Options).write();
}

} // namespace gridlock::report

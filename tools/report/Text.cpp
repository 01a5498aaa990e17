// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/Report.h"

#include "tools/report/SourceLines.h"

#include <algorithm>
#include <ostream>

namespace fs = std::filesystem;

namespace gridlock::report {

namespace {

/// Lines longer than this are data rather than code, and are not shown.
constexpr std::size_t MaxSourceLine = 400;

class TextWriter {
public:
  TextWriter(std::ostream &Out, const Report &R, const TextOptions &Options)
      : Out(Out), R(R), Options(Options) {}

  void write() {
    const Finding *Above = nullptr;
    for (const Finding &F : R.Findings) {
      place(F.Where);
      Out << color("0;1;35") << "warning: " << color("0") << color("1")
          << printable(F.Message) << color("0") << " [" << F.Rule << "]\n";
      source(F.Where, F.Fix);
      if (Above && isReachedAlike(F, *Above))
        Out << color("0;1;36") << "note: " << color("0")
            << "it is reached as the finding above\n";
      else
        for (const Note &N : F.Notes) {
          place(N.Where);
          Out << color("0;1;36") << "note: " << color("0")
              << printable(N.Message) << '\n';
          source(N.Where, {});
        }
      Above = &F;
      fixElsewhere(F);
      Out << color("0;1;36") << "note: " << color("0")
          << "precision: " << toString(F.Confidence) << '\n';
    }
    Out << summaryLine(R) << '\n';
  }

private:
  std::ostream &Out;
  const Report &R;
  const TextOptions &Options;
  SourceLines Lines;

  std::string color(const char *Code) const {
    return Options.Color ? std::string("\x1b[") + Code + "m" : std::string();
  }

  /// Whether the same notes lead to both, in one function: the second time they
  /// tell nothing.
  static bool isReachedAlike(const Finding &F, const Finding &Above) {
    return F.Rule == Above.Rule && F.Function == Above.Function &&
           F.Notes.size() > 1 &&
           std::equal(F.Notes.begin(), F.Notes.end(), Above.Notes.begin(),
                      Above.Notes.end(), [](const Note &A, const Note &B) {
                        return A.Where == B.Where && A.Message == B.Message;
                      });
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

  /// The line, a caret below the column, and below that what FIX would put
  /// there, in Clang's form. Columns count bytes; a tab stays a tab, and of a
  /// UTF-8 sequence only the first byte takes room.
  void source(const Location &Where, const std::vector<Edit> &Fix) {
    if (Where.File.empty() || !Where.Line || !Where.Column)
      return;
    const std::string *Line = Lines.line(R.Root / Where.File, Where.Line);
    if (!Line || Line->size() > MaxSourceLine || Where.Column > Line->size())
      return;
    std::string Number = std::to_string(Where.Line);
    Number.insert(0, Number.size() < 5 ? 5 - Number.size() : 0, ' ');
    const std::string Margin = std::string(Number.size(), ' ') + " | ";
    std::string Marks = blanks(*Line, Where.Column - 1) + '^', Inserted;
    for (const Edit &E : Fix) {
      if (!isOn(E, Where.File, Where.Line))
        continue;
      if (E.EndColumn > E.Begin.Column)
        underline(Marks, *Line, E);
      if (E.Text.empty())
        continue;
      const std::string Indent = blanks(*Line, E.Begin.Column - 1);
      if (Indent.size() < Inserted.size())
        break; // no room beside the last one
      Inserted += Indent.substr(Inserted.size()) + E.Text;
    }
    Out << Number << " | " << printable(*Line) << '\n'
        << Margin << color("0;1;32") << Marks << color("0") << '\n';
    if (!Inserted.empty())
      Out << Margin << color("0;32") << Inserted << color("0") << '\n';
  }

  /// Whether E changes one line, this one.
  static bool isOn(const Edit &E, const std::string &File, unsigned Line) {
    return E.Begin.File == File && E.Begin.Line == Line && E.EndLine == Line &&
           E.Text.find('\n') == std::string::npos;
  }

  /// What stands under the first BYTES bytes of LINE.
  static std::string blanks(const std::string &Line, std::size_t Bytes) {
    std::string Result;
    for (std::size_t I = 0; I < std::min(Bytes, Line.size()); ++I) {
      const auto Byte = static_cast<unsigned char>(Line[I]);
      if (Byte == '\t')
        Result += '\t';
      else if ((Byte & 0xC0) != 0x80)
        Result += ' ';
    }
    return Result;
  }

  static void underline(std::string &Marks, const std::string &Line,
                        const Edit &E) {
    const std::size_t First = blanks(Line, E.Begin.Column - 1).size(),
                      End = blanks(Line, E.EndColumn - 1).size();
    if (Marks.size() < End)
      Marks +=
          blanks(Line, Line.size()).substr(Marks.size(), End - Marks.size());
    for (std::size_t I = First; I < End && I < Marks.size(); ++I)
      if (Marks[I] == ' ')
        Marks[I] = '~';
  }

  /// The edits that source() could not show below the finding.
  void fixElsewhere(const Finding &F) {
    for (const Edit &E : F.Fix) {
      if (isOn(E, F.Where.File, F.Where.Line))
        continue;
      place(E.Begin);
      Out << color("0;1;36") << "note: " << color("0")
          << (E.Text.empty() ? "the fix removes this" : "the fix changes this")
          << '\n';
      source(E.Begin, {E});
    }
  }
};

std::string counted(std::uint64_t Count, const char *What) {
  return std::to_string(Count) + " " + What + (Count == 1 ? "" : "s");
}

} // namespace

std::string printable(std::string Text) {
  if (Text.ends_with('\r'))
    Text.pop_back(); // of a line
  for (char &C : Text)
    if (const auto Byte = static_cast<unsigned char>(C);
        (Byte < 0x20 && C != '\t') || Byte == 0x7F)
      C = '?';
  return Text;
}

std::string displayPath(const std::string &Path, const fs::path &Root,
                        const fs::path &Cwd) {
  const fs::path Absolute = (Root / Path).lexically_normal();
  const fs::path Relative = Absolute.lexically_relative(Cwd);
  if (Relative.empty())
    return printable(Path);
  const fs::path Inside = Absolute.relative_path(), Here = Cwd.relative_path();
  const bool SharesFolder =
      !Inside.empty() && !Here.empty() && *Inside.begin() == *Here.begin();
  const bool Below = *Relative.begin() != "..";
  // Outside the root nobody would recognise ../../../usr/include/...
  if (Below || (SharesFolder && fs::path(Path).is_relative()))
    return printable(Relative.string());
  return printable(Absolute.string());
}

std::string summaryLine(const Report &R) {
  const Summary &C = R.Counts;
  std::string Line = counted(C.Files, "file") + " analysed, ";
  if (C.Partial)
    Line += std::to_string(C.Partial) + " of them with errors, ";
  Line += std::to_string(C.Failed) + " failed, " +
          counted(R.Findings.size(), "finding") + " (" +
          std::to_string(C.Suppressed) + " suppressed";
  if (C.Excluded)
    Line += ", " + std::to_string(C.Excluded) + " excluded";
  if (C.Baselined)
    Line += ", " + std::to_string(C.Baselined) + " in the baseline";
  if (C.Hidden)
    Line += ", " + std::to_string(C.Hidden) + " below the profile's precision";
  Line += "), " + counted(C.Unresolved, "unresolved call");
  constexpr std::size_t MostRoots = 3;
  for (std::size_t I = 0; I < R.Unresolved.size() && I < MostRoots; ++I)
    Line += (I == 0 ? " (" : ", ") + std::to_string(R.Unresolved[I].Calls) +
            " from " + R.Unresolved[I].Root;
  if (R.Unresolved.size() > MostRoots)
    Line +=
        ", " + std::to_string(R.Unresolved.size() - MostRoots) + " more roots";
  if (!R.Unresolved.empty())
    Line += ")";
  if (C.Uninstantiated)
    Line +=
        ", " + counted(C.Uninstantiated, "template") + " never instantiated";
  if (C.CutLocks)
    Line += ", " + counted(C.CutLocks, "lock") +
            " not followed to callers: too many in one function";
  return Line;
}

void writeText(std::ostream &Out, const Report &R, const TextOptions &Options) {
  TextWriter(Out, R, Options).write();
}

} // namespace gridlock::report

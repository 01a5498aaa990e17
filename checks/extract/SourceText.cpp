// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/SourceText.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

namespace gridlock::extract {
namespace {

/// Leading, trailing and repeated blanks don't count: reformatting keeps the
/// hash.
std::uint32_t lineHash(llvm::StringRef Line) {
  llvm::SmallString<128> Normal;
  for (char C : Line.trim()) {
    bool Blank = C == ' ' || C == '\t' || C == '\r';
    if (!Blank)
      Normal += C;
    else if (Normal.back() != ' ')
      Normal += ' ';
  }
  return static_cast<std::uint32_t>(llvm::xxh3_64bits(Normal));
}

/// One NOLINT word found in a line.
struct Marker {
  enum { Line, NextLine, Begin, End } Kind;
  llvm::StringRef Checks; // empty: all
};

/// Takes the next marker off TEXT; false when there is none left.
bool nextMarker(llvm::StringRef &Text, Marker &M) {
  for (;;) {
    std::size_t At = Text.find("NOLINT");
    if (At == llvm::StringRef::npos)
      return false;
    bool InWord = At && llvm::isAlnum(Text[At - 1]);
    Text = Text.drop_front(At + 6);
    if (InWord)
      continue;
    if (Text.consume_front("NEXTLINE"))
      M.Kind = Marker::NextLine;
    else if (Text.consume_front("BEGIN"))
      M.Kind = Marker::Begin;
    else if (Text.consume_front("END"))
      M.Kind = Marker::End;
    else
      M.Kind = Marker::Line;
    if (!Text.empty() && (llvm::isAlnum(Text.front()) || Text.front() == '_'))
      continue;
    M.Checks = "";
    if (!Text.starts_with("("))
      return true;
    std::size_t Close = Text.find(')');
    if (Close == llvm::StringRef::npos)
      return true;
    M.Checks = Text.substr(1, Close - 1).trim();
    Text = Text.drop_front(Close);
    if (!M.Checks.empty()) // "NOLINT()" names no check
      return true;
  }
}

class NoLintScanner {
public:
  NoLintScanner(Tables &T, facts::SourceFileT &File) : T(T), File(File) {}

  void line(llvm::StringRef Text, unsigned Number) {
    Marker M;
    while (nextMarker(Text, M)) {
      if (M.Kind == Marker::Line)
        add(Number, Number, M.Checks);
      else if (M.Kind == Marker::NextLine)
        add(Number + 1, Number + 1, M.Checks);
      else if (M.Kind == Marker::Begin)
        Open.emplace_back(Number, M.Checks);
      else
        close(Number, M.Checks);
    }
  }

private:
  void add(unsigned First, unsigned Last, llvm::StringRef Checks) {
    auto N = std::make_unique<facts::NoLintT>();
    N->first = First;
    N->last = Last;
    N->checks = T.string(Checks);
    File.nolint.push_back(std::move(N));
  }
  // An END matches the last BEGIN with the same list; a BEGIN without END
  // counts for nothing, as in clang-tidy (which reports it).
  void close(unsigned Number, llvm::StringRef Checks) {
    for (auto It = Open.rbegin(); It != Open.rend(); ++It) {
      if (It->second != Checks)
        continue;
      add(It->first, Number, Checks);
      Open.erase(std::next(It).base());
      return;
    }
  }

  Tables &T;
  facts::SourceFileT &File;
  std::vector<std::pair<unsigned, llvm::StringRef>> Open;
};

} // namespace

void describeSource(llvm::StringRef Text, Tables &T, facts::SourceFileT &File) {
  File.hash = llvm::xxh3_64bits(Text);
  if (File.is_system)
    return;
  NoLintScanner NoLint(T, File);
  unsigned Number = 0;
  while (!Text.empty()) {
    auto [Line, Rest] = Text.split('\n');
    ++Number;
    File.line_hashes.push_back(lineHash(Line));
    if (Line.contains("NOLINT"))
      NoLint.line(Line, Number);
    Text = Rest;
  }
}

} // namespace gridlock::extract

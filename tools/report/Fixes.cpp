// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/Fixes.h"

#include "tools/driver/Files.h"

#include <nlohmann/json.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <ostream>
#include <set>
#include <variant>

#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::report {

namespace {

using Json = nlohmann::ordered_json;

/// A file that edits are asked for.
struct Source {
  std::string Text;
  std::vector<std::size_t> Lines; // offsets of their beginnings
  std::string Problem;            // why it must not be edited

  std::optional<std::size_t> offset(unsigned Line, unsigned Column) const {
    if (Line == 0 || Column == 0 || Line > Lines.size())
      return std::nullopt;
    const std::size_t At = Lines[Line - 1] + Column - 1;
    const std::size_t End = Line < Lines.size() ? Lines[Line] : Text.size() + 1;
    return At < End ? std::optional(At) : std::nullopt;
  }
};

/// A removal that leaves but blanks of its lines removes them.
void takeWholeLines(const std::string &Text, FileEdit &E) {
  if (!E.Text.empty() || E.Length == 0)
    return;
  const auto Blank = [&](std::size_t I) {
    return Text[I] == ' ' || Text[I] == '\t' || Text[I] == '\r';
  };
  std::size_t First = E.Offset, End = E.Offset + E.Length;
  while (First > 0 && Blank(First - 1))
    --First;
  while (End < Text.size() && Blank(End))
    ++End;
  if ((First == 0 || Text[First - 1] == '\n') && End < Text.size() &&
      Text[End] == '\n')
    E = {First, End + 1 - First, {}};
}

bool conflict(const FileEdit &A, const FileEdit &B) {
  if (A == B) // the same change twice is one
    return false;
  if (A.Offset == B.Offset)
    return true;
  const FileEdit &First = A.Offset < B.Offset ? A : B;
  return First.Offset + First.Length > std::max(A.Offset, B.Offset);
}

std::string placeOf(const Finding &F) {
  return F.Where.File + ":" + std::to_string(F.Where.Line) + ":" +
         std::to_string(F.Where.Column);
}

class Planner {
public:
  explicit Planner(const Report &R) : R(R) {}

  FixPlan plan() {
    for (const Finding &F : R.Findings)
      if (!F.Fix.empty())
        locate(F);
    dropConflicts();
    std::sort(Plan.Refused.begin(), Plan.Refused.end());
    return std::move(Plan);
  }

private:
  const Report &R;
  std::map<std::string, Source> Sources;
  FixPlan Plan;

  const Source &source(const std::string &File) {
    auto [It, New] = Sources.try_emplace(File);
    Source &S = It->second;
    if (!New)
      return S;
    const auto Text = driver::readFile(R.Root / File);
    const auto Known = R.Contents.find(File);
    if (fs::path(File).is_absolute())
      S.Problem = "the file is outside the root '" + R.Root.string() + "'";
    else if (!Text)
      S.Problem = "the file cannot be read";
    else if (Known == R.Contents.end() ||
             Known->second != XXH3_64bits(Text->data(), Text->size()))
      S.Problem = "the file has changed since it was analysed; run gridlock "
                  "check again";
    if (!S.Problem.empty())
      return S;
    S.Text = *Text;
    S.Lines.push_back(0);
    for (std::size_t I = 0; I < S.Text.size(); ++I)
      if (S.Text[I] == '\n')
        S.Lines.push_back(I + 1);
    return S;
  }

  void refuse(const Finding &F, const std::string &Reason) {
    Plan.Refused.push_back(placeOf(F) + ": " + Reason);
  }

  void locate(const Finding &F) {
    FixPlan::Fix Result;
    Result.Of = &F;
    for (const Edit &E : F.Fix) {
      const Source &S = source(E.Begin.File);
      if (!S.Problem.empty())
        return refuse(F, "not fixed: '" + E.Begin.File + "': " + S.Problem);
      const auto First = S.offset(E.Begin.Line, E.Begin.Column),
                 End = S.offset(E.EndLine, E.EndColumn);
      if (!First || !End || *End < *First)
        return refuse(F, "not fixed: an edit is outside its file");
      FileEdit Placed{*First, *End - *First, E.Text};
      takeWholeLines(S.Text, Placed);
      Result.Edits[R.Root / E.Begin.File].push_back(std::move(Placed));
    }
    for (auto &[File, Edits] : Result.Edits)
      std::sort(Edits.begin(), Edits.end());
    Plan.Fixes.push_back(std::move(Result));
  }

  /// Of two fixes that overlap none is made: which one is right is not known.
  void dropConflicts() {
    struct Placed {
      const FileEdit *Edit;
      std::size_t Fix;
    };
    std::map<fs::path, std::vector<Placed>> ByFile;
    for (std::size_t I = 0; I < Plan.Fixes.size(); ++I)
      for (const auto &[File, Edits] : Plan.Fixes[I].Edits)
        for (const FileEdit &E : Edits)
          ByFile[File].push_back({&E, I});
    std::set<std::size_t> Bad;
    for (auto &[File, All] : ByFile) {
      std::sort(All.begin(), All.end(), [](const Placed &A, const Placed &B) {
        return *A.Edit < *B.Edit;
      });
      for (std::size_t I = 0; I < All.size(); ++I)
        for (std::size_t J = I + 1; J < All.size(); ++J) {
          const FileEdit &A = *All[I].Edit, &B = *All[J].Edit;
          if (B.Offset > A.Offset + A.Length)
            break;
          if (conflict(A, B))
            Bad.insert({All[I].Fix, All[J].Fix});
        }
    }
    for (const std::size_t I : Bad)
      refuse(*Plan.Fixes[I].Of, "not fixed: overlaps with another fix");
    std::size_t Index = 0;
    std::erase_if(Plan.Fixes,
                  [&](const auto &) { return Bad.contains(Index++); });
  }
};

/// Files with the text they are to have.
std::variant<std::map<fs::path, std::string>, std::string>
newTexts(const FixPlan &Plan) {
  std::map<fs::path, std::set<FileEdit>> Edits;
  for (const FixPlan::Fix &F : Plan.Fixes)
    for (const auto &[File, Of] : F.Edits)
      Edits[File].insert(Of.begin(), Of.end());
  std::map<fs::path, std::string> Result;
  for (const auto &[File, Sorted] : Edits) {
    auto Text = driver::readFile(File);
    if (!Text)
      return "cannot read '" + File.string() + "'";
    for (auto It = Sorted.rbegin(); It != Sorted.rend(); ++It)
      Text->replace(It->Offset, It->Length, It->Text);
    Result.emplace(driver::canonicalPath(File), std::move(*Text));
  }
  return Result;
}

} // namespace

FixPlan planFixes(const Report &R) { return Planner(R).plan(); }

std::string applyFixes(const FixPlan &Plan) {
  auto Made = newTexts(Plan);
  if (const auto *Error = std::get_if<std::string>(&Made))
    return *Error;
  const auto &Texts = std::get<std::map<fs::path, std::string>>(Made);
  std::map<fs::path, fs::path> Written; // temporary to file
  std::error_code Ignored;
  const auto giveUp = [&](const fs::path &File, const std::string &Why) {
    for (const auto &[Temporary, Of] : Written)
      fs::remove(Temporary, Ignored);
    return "cannot write '" + File.string() + "': " + Why;
  };
  for (const auto &[File, Text] : Texts) {
    fs::path Temporary = File;
    Temporary += ".gridlock-fix" + std::to_string(::getpid());
    Written.emplace(Temporary, File);
    std::ofstream Out(Temporary, std::ios::binary | std::ios::trunc);
    Out << Text << std::flush;
    if (!Out)
      return giveUp(File, "no room, or no permission for its folder");
    std::error_code Error;
    fs::permissions(Temporary, fs::status(File, Ignored).permissions(), Error);
    if (Error)
      return giveUp(File, Error.message());
  }
  while (!Written.empty()) {
    const auto [Temporary, File] = *Written.begin();
    std::error_code Error;
    fs::rename(Temporary, File, Error);
    if (Error)
      return giveUp(File, Error.message());
    Written.erase(Written.begin());
  }
  return {};
}

void writeFixes(std::ostream &Out, const Report &R, const FixPlan &Plan) {
  Json Root;
  Root["MainSourceFile"] = "";
  Root["Diagnostics"] = Json::array();
  for (const FixPlan::Fix &F : Plan.Fixes) {
    Json Replacements = Json::array();
    for (const auto &[File, Edits] : F.Edits)
      for (const FileEdit &E : Edits)
        Replacements.push_back({{"FilePath", File.string()},
                                {"Offset", E.Offset},
                                {"Length", E.Length},
                                {"ReplacementText", E.Text}});
    Json Message;
    Message["Message"] = F.Of->Message;
    Message["FilePath"] = (R.Root / F.Of->Where.File).string();
    Message["FileOffset"] = F.Edits.begin()->second.front().Offset;
    Message["Replacements"] = std::move(Replacements);
    Json Diagnostic;
    Diagnostic["DiagnosticName"] = F.Of->Rule;
    Diagnostic["DiagnosticMessage"] = std::move(Message);
    Diagnostic["Level"] = "Warning";
    Root["Diagnostics"].push_back(std::move(Diagnostic));
  }
  Out << Root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

} // namespace gridlock::report

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tidy/TidyRun.h"
#include "checks/extract/Extractor.h"
#include "checks/extract/Tables.h"
#include "tools/project/Project.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/thread.h"

#include <optional>

using namespace clang;

namespace gridlock::tidy {

namespace {

std::variant<project::Project, std::vector<rules::RuleError>>
projectOf(ASTContext &Ctx, const std::string &Config) {
  if (!Config.empty())
    return project::readProject(Config);
  const SourceManager &SM = Ctx.getSourceManager();
  if (const auto Main = SM.getFileEntryRefForID(SM.getMainFileID()))
    if (const auto File = project::findProject(
            std::filesystem::path(extract::projectPath(Main->getName(), ""))
                .parent_path()))
      return project::readProject(*File);
  return project::Project();
}

} // namespace

void TidyRun::extract(ASTContext &Ctx) {
  Extracted = true;
  extract::ExtractOptions Options;
  Options.Producer = "clang-tidy-" + std::to_string(LLVM_VERSION_MAJOR);
  std::unique_ptr<facts::FileT> File;
  llvm::thread Worker(std::optional<unsigned>(extract::ExtractStackSize), [&] {
    File = extract::extractTranslationUnit(Ctx, Options);
  });
  Worker.join();
  auto Loaded = FactsFile::fromBuffer(packFacts(*File), "facts in memory");
  if (auto *Message = std::get_if<std::string>(&Loaded))
    Error = *Message;
  else
    Facts.push_back(std::move(std::get<FactsFile>(Loaded)));
  const SourceManager &SM = Ctx.getSourceManager();
  for (auto It = SM.fileinfo_begin(); It != SM.fileinfo_end(); ++It) {
    FileID Id = SM.translateFile(It->first);
    if (Id.isValid())
      Files.try_emplace(extract::projectPath(It->first.getName(), ""), Id);
  }
}

TidyRun::Outcome &TidyRun::outcome(ASTContext &Ctx, const Settings &S) {
  auto [It, New] = Outcomes.try_emplace(S);
  Outcome &Result = It->second;
  if (!New)
    return Result;
  if (!Extracted)
    extract(Ctx);
  if (!Error.empty()) {
    Result.Errors.push_back(Error);
    return Result;
  }
  llvm::SmallVector<llvm::StringRef, 4> Parts;
  llvm::StringRef(S.Rules).split(Parts, ';', -1, /*KeepEmpty=*/false);
  std::vector<std::string> RuleFiles;
  for (llvm::StringRef Part : Parts)
    RuleFiles.push_back(Part.trim().str());
  const auto Told = [&Result](const auto &Outcome) {
    const auto *Errors = std::get_if<std::vector<rules::RuleError>>(&Outcome);
    if (Errors)
      for (const rules::RuleError &E : *Errors)
        Result.Errors.push_back(E.text());
    return Errors != nullptr;
  };
  auto Read = projectOf(Ctx, S.Config);
  if (Told(Read))
    return Result;
  const auto &Project = std::get<project::Project>(Read);
  auto Rules = project::loadCatalogue(Project, RuleFiles);
  if (Told(Rules))
    return Result;
  AnalysisOptions Options;
  Options.Show = S.Show.value_or(Project.Show.value_or(Profile::Default));
  Options.Checks = Project.Checks;
  Options.ApplyNoLint = false; // clang-tidy does
  Result.Findings =
      analyse(Facts, std::get<rules::Catalogue>(Rules), Options).Findings;
  std::erase_if(Result.Findings, [&](const Finding &F) {
    return Project.excludes(F, "/"); // the paths of facts are absolute here
  });
  return Result;
}

SourceLocation TidyRun::locate(ASTContext &Ctx, const Location &Where) {
  auto It = Files.find(Where.File);
  if (It == Files.end() || !Where.Line)
    return SourceLocation();
  return Ctx.getSourceManager().translateLineCol(
      It->second, Where.Line, Where.Column ? Where.Column : 1);
}

} // namespace gridlock::tidy

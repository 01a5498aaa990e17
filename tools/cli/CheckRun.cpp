// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/CheckOptions.h"

#include "checks/engine/CheckRegistry.h"
#include "checks/engine/Engine.h"
#include "checks/engine/Globs.h"
#include "tools/cli/CheckTroubles.h"
#include "tools/cli/ObjectFacts.h"
#include "tools/cli/RuleNames.h"
#include "tools/driver/Extraction.h"
#include "tools/driver/Files.h"
#include "tools/project/Project.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace gridlock::cli {

namespace {

using driver::CompileDatabase;

void say(const std::string &Text) {
  std::fprintf(stderr, "gridlock: %s\n", Text.c_str());
}

class CheckRun {
public:
  explicit CheckRun(const CheckOptions &Options)
      : Options(Options), Cwd(fs::current_path()),
        Meter(driver::Progress::modeForStderr(Options.Quiet)) {}

  std::variant<report::Report, std::string> run() {
    using Steps = std::vector<std::string (CheckRun::*)()>;
    const Steps FromSource = {&CheckRun::checkGlobs,  &CheckRun::findFiles,
                              &CheckRun::loadProject, &CheckRun::loadRules,
                              &CheckRun::findTool,    &CheckRun::extractFacts,
                              &CheckRun::loadFacts};
    const Steps FromObjects = {&CheckRun::checkGlobs, &CheckRun::loadObjects,
                               &CheckRun::loadProject, &CheckRun::loadRules};
    for (const auto Step : Options.Objects.empty() ? FromSource : FromObjects)
      if (std::string Error = (this->*Step)(); !Error.empty())
        return Error;
    analyseFacts();
    noteContents();
    tellTroubles(Result, Cwd);
    if (!Notes.empty() && !Options.Quiet)
      say("compile commands were adapted: " + joinedNotes(Notes));
    return std::move(Result);
  }

private:
  const CheckOptions &Options;
  const fs::path Cwd;
  driver::Progress Meter;
  project::Project Project;
  rules::Catalogue Catalogue; // embedded, and the user's
  driver::ExtractionOptions Extraction;
  CompileDatabase Database;
  std::vector<driver::ExtractedUnit> Units;
  std::vector<FactsFile> Facts;
  std::set<std::string> Notes; // the extractor's, each once
  report::Report Result;

  /// A glob that names no check is a typing error, not a clean program.
  std::string checkGlobs() {
    if (Options.Checks.empty())
      return {};
    if (const auto Errors = project::unmatchedGlobs(Options.Checks);
        !Errors.empty())
      return "--checks: " + Errors.front();
    const auto Checks = allChecks();
    if (std::any_of(Checks.begin(), Checks.end(), [&](const CheckInfo &Info) {
          return matchesGlobs(Options.Checks, Info.Id);
        }))
      return {};
    return "--checks '" + Options.Checks +
           "' leaves no check, so nothing would be looked for";
  }

  std::string loadProject() {
    std::optional<fs::path> File;
    if (!Options.Config.empty())
      File = Options.Config;
    fs::path Near = Database.Path.parent_path();
    if (Options.HasFlags && !Database.Commands.empty())
      Near = Database.Commands.front().File.parent_path();
    for (const fs::path &From : {Near, Result.Root, Cwd})
      if (!File && !From.empty())
        File = project::findProject(From);
    if (!File)
      return {};
    auto Read = project::readProject(*File);
    if (const auto *Errors = std::get_if<std::vector<rules::RuleError>>(&Read))
      return told(*Errors, "the project file has ");
    Project = std::move(std::get<project::Project>(Read));
    if (Options.Config.empty() && !Options.Quiet)
      say("using '" + Project.File.string() + "'");
    return {};
  }

  std::string loadRules() {
    auto Loaded = project::loadCatalogue(Project, Options.Rules);
    if (const auto *Errors =
            std::get_if<std::vector<rules::RuleError>>(&Loaded))
      return told(*Errors, "the rules have ");
    Catalogue = std::move(std::get<rules::Catalogue>(Loaded));
    return {};
  }

  static std::string told(const std::vector<rules::RuleError> &Errors,
                          const std::string &What) {
    for (const rules::RuleError &Error : Errors)
      std::fprintf(stderr, "%s\n", Error.text().c_str());
    return What + std::to_string(Errors.size()) +
           (Errors.size() == 1 ? " error" : " errors");
  }

  std::string findTool() {
    const auto Tools = driver::findExtractors();
    std::string Built;
    for (const driver::Extractor &Tool : Tools) {
      if (!Options.Major || Tool.Major == Options.Major) {
        Extraction.Tool = Tool;
        return {};
      }
      Built += (Built.empty() ? "" : ", ") + std::to_string(Tool.Major);
    }
    const std::string Folder = driver::programDirectory().string();
    if (Tools.empty())
      return "no gridlock-extract-NN in '" + Folder +
             "': this gridlock was built without LLVM (see gridlock doctor)";
    return "--llvm " + std::to_string(Options.Major) + ": '" + Folder +
           "' has the extractors of " + Built + " only";
  }

  std::string findFiles() {
    if (Options.HasFlags) {
      if (!Options.Database.empty())
        return "-p and flags after -- exclude each other: a compile database "
               "has its own flags";
      if (Options.Paths.empty())
        return "no files before --; usage: gridlock check FILE... -- FLAGS";
      Database = driver::databaseFromFlags(Options.Paths, Options.Flags, Cwd);
    } else {
      auto Found = driver::findDatabase(Options.Database, Cwd);
      if (const auto *Error = std::get_if<std::string>(&Found))
        return *Error;
      const auto &Place = std::get<driver::FoundDatabase>(Found);
      if (Options.Database.empty() && !Options.Quiet)
        say("using '" + Place.Path.string() + "'" +
            (Place.Others.empty()
                 ? ""
                 : ", the newest of " +
                       std::to_string(Place.Others.size() + 1) +
                       "; choose another with -p"));
      auto Loaded = driver::loadDatabase(Place.Path);
      if (const auto *Error = std::get_if<std::string>(&Loaded))
        return *Error;
      Database = std::move(std::get<CompileDatabase>(Loaded));
    }
    Result.Root = Extraction.Root = driver::chooseRoot(Database, Cwd);
    if (!Options.HasFlags)
      if (std::string Error =
              driver::filterByPaths(Database, Options.Paths, Cwd);
          !Error.empty())
        return Error;
    for (const std::string &Note : Database.Notes)
      if (!Options.Quiet)
        say(Note);
    if (Database.Commands.empty() && Database.Failed.empty())
      return "nothing to analyse: '" + Database.Path.string() +
             "' has no C or C++ files";
    for (const driver::FailedFile &Failed : Database.Failed)
      fail(Failed.File, Failed.Reason);
    return {};
  }

  std::string extractFacts() {
    if (Database.Commands.empty())
      return {};
    std::string Key = Database.Path.parent_path().string();
    if (Options.HasFlags) {
      Key = Cwd.string();
      for (const driver::CompileCommand &Command : Database.Commands)
        Key += "\n" + Command.File.string();
    }
    auto Cache = driver::chooseCacheDirectory(Options.CacheDirectory,
                                              Database.Path.parent_path(), Key);
    if (const auto *Error = std::get_if<std::string>(&Cache))
      return *Error;
    Extraction.CacheDirectory = std::get<fs::path>(Cache);
    Extraction.Jobs = Options.Jobs;
    Extraction.Seconds = Options.Seconds;
    Extraction.Limits.Bytes = std::uint64_t(Options.CacheMebibytes) << 20;
    auto Extracted = driver::extract(Database.Commands, Extraction, Meter);
    if (const auto *Error = std::get_if<std::string>(&Extracted))
      return *Error;
    Units = std::move(std::get<std::vector<driver::ExtractedUnit>>(Extracted));
    return {};
  }

  /// A facts file that is corrupt or of another version is made anew, once.
  std::string loadFacts() {
    std::map<fs::path, FactsFile> Loaded;
    std::map<fs::path, std::string> Broken;
    const auto Load = [&] {
      Broken.clear();
      for (const driver::ExtractedUnit &Unit : Units) {
        if (!Unit.Failure.empty() || Loaded.count(Unit.Facts))
          continue;
        auto File = FactsFile::load(Unit.Facts.string());
        if (const auto *Error = std::get_if<std::string>(&File))
          Broken.emplace(Unit.Facts, *Error);
        else
          Loaded.emplace(Unit.Facts, std::move(std::get<FactsFile>(File)));
      }
    };
    Load();
    if (!Broken.empty()) {
      std::error_code Ignored;
      for (const auto &[Path, Error] : Broken)
        fs::remove(Path, Ignored);
      if (std::string Error = extractFacts(); !Error.empty())
        return Error;
      Load();
    }
    std::map<std::string, report::Trouble> Partial; // by file
    std::set<std::string> Analysed;
    for (std::size_t I = 0; I < Units.size(); ++I) {
      const driver::ExtractedUnit &Unit = Units[I];
      const auto It = Loaded.find(Unit.Facts);
      if (!Unit.Failure.empty()) {
        fail(Unit.File, Unit.Failure);
      } else if (It == Loaded.end()) {
        fail(Unit.File, Broken[Unit.Facts]);
      } else {
        for (const std::string &Target : Database.Commands[I].Targets)
          It->second.addTarget(Target);
        take(Unit, std::move(It->second), Partial, Analysed);
      }
    }
    count(std::move(Partial), std::move(Analysed));
    return {};
  }

  /// The facts that the user's own compile has embedded.
  std::string loadObjects() {
    auto Collected = collectObjectFacts(Options.Objects, Cwd);
    if (const auto *Error = std::get_if<std::string>(&Collected))
      return *Error;
    auto &Found = std::get<ObjectFacts>(Collected);
    if (Found.Facts.empty() && Found.Broken.empty())
      return "no facts in any of " + std::to_string(Found.Objects) +
             " object files; compile them with " + pluginFlags();
    if (!Found.Without.empty() && !Options.Quiet)
      say(std::to_string(Found.Without.size()) + " of " +
          std::to_string(Found.Objects) + " object files have no facts ('" +
          Found.Without.front() + "'); compile them with " + pluginFlags());
    chooseObjectsRoot(Found.Facts);
    for (const auto &[Object, Reason] : Found.Broken)
      fail(Object, Reason);
    std::map<std::string, report::Trouble> Partial;
    std::set<std::string> Analysed;
    for (FactsFile &File : Found.Facts)
      take({Result.Root / File.mainFile(), {}, {}}, std::move(File), Partial,
           Analysed);
    count(std::move(Partial), std::move(Analysed));
    return {};
  }

  static std::string pluginFlags() {
    for (const driver::Extractor &Tool : driver::findExtractors()) {
      const std::string Major = std::to_string(Tool.Major);
      const fs::path Plugin =
          driver::findLibrary("GridlockClang-" + Major + ".so");
      if (!Plugin.empty())
        return "clang++-" + Major + " -fplugin=" + Plugin.string();
    }
    return "clang++-NN -fplugin=.../GridlockClang-NN.so";
  }

  /// Objects don't say what their paths are relative to: the first of the
  /// current folder and its parents that has the first of the files.
  void chooseObjectsRoot(const std::vector<FactsFile> &Files) {
    CompileDatabase Absolute; // compiled outside of a root
    Result.Root = Cwd;
    for (const FactsFile &File : Files) {
      const fs::path Main = File.mainFile();
      if (Main.is_absolute()) {
        Absolute.Commands.push_back({{}, Main, {}, 0, {}});
        continue;
      }
      std::error_code Error;
      for (fs::path Here = Cwd; Here.has_relative_path();
           Here = Here.parent_path())
        if (fs::exists(Here / Main, Error)) {
          Result.Root = Here;
          return;
        }
    }
    if (Absolute.Commands.size() == Files.size())
      Result.Root = driver::chooseRoot(Absolute, Cwd);
  }

  void count(std::map<std::string, report::Trouble> Partial,
             std::set<std::string> Analysed) {
    for (auto &[File, Trouble] : Partial)
      Result.Troubles.push_back(std::move(Trouble));
    // A file with two commands counts once, as failed if one of them failed.
    std::set<std::string> FailedFiles;
    for (const report::Trouble &Trouble : Result.Troubles)
      if (!Trouble.Partial)
        FailedFiles.insert(Trouble.Where.File);
    for (const std::string &File : FailedFiles)
      Analysed.erase(File);
    Result.Counts.Failed = FailedFiles.size();
    Result.Counts.Files = Analysed.size();
    Result.Counts.Partial = static_cast<unsigned>(
        std::count_if(Partial.begin(), Partial.end(), [&](const auto &Item) {
          return Analysed.count(Item.first);
        }));
  }

  void take(const driver::ExtractedUnit &Unit, FactsFile File,
            std::map<std::string, report::Trouble> &Partial,
            std::set<std::string> &Analysed) {
    const facts::File &Root = File.root();
    if (const auto *Remarks = Root.notes())
      for (const std::uint32_t Remark : *Remarks)
        Notes.insert(std::string(File.string(Remark)));
    report::Trouble Trouble = firstError(File, relative(Unit.File));
    if (Root.status() == facts::ParseStatus::Failed) {
      Result.Troubles.push_back(std::move(Trouble));
      return;
    }
    if (Root.status() == facts::ParseStatus::Partial) {
      Trouble.Partial = true;
      Partial.emplace(relative(Unit.File), std::move(Trouble));
    }
    Analysed.insert(relative(Unit.File));
    Facts.push_back(std::move(File));
  }

  void analyseFacts() {
    AnalysisOptions HowTo;
    HowTo.Checks = Options.Checks.empty() ? Project.Checks : Options.Checks;
    HowTo.Show = project::profileNamed(Options.Profile)
                     .value_or(Project.Show.value_or(Profile::Default));
    AnalysisResult Found = analyse(Facts, Catalogue, HowTo);
    Result.Counts.Excluded =
        std::erase_if(Found.Findings, [&](const Finding &F) {
          return Project.excludes(F, Result.Root);
        });
    Result.Findings = std::move(Found.Findings);
    Result.Counts.Suppressed = Found.Counts.Suppressed;
    Result.Counts.Hidden = Found.Counts.Hidden;
    Result.Counts.Unresolved = Found.Counts.Unresolved;
    Result.Unresolved = std::move(Found.Unresolved);
    for (const std::string &Name : Found.UnmatchedNames)
      std::fprintf(stderr,
                   "gridlock: warning: %s is the name of no function in what "
                   "was analysed\n",
                   Name.c_str());
    if (!Options.Quiet)
      for (const std::string &Name : unusedRuleNames(Catalogue, Facts))
        say(Name);
    Result.Counts.Uninstantiated = Found.Counts.Uninstantiated;
    Result.Counts.CutLocks = Found.Counts.CutLocks;
    for (const CheckInfo &Info : allChecks())
      Result.Rules.push_back({Info.Id,
                              Info.Summary,
                              Info.Page,
                              {Info.Tags.begin(), Info.Tags.end()}});
  }

  /// See Report::Contents.
  void noteContents() {
    for (const Finding &F : Result.Findings)
      for (const Edit &E : F.Fix)
        Result.Contents.try_emplace(E.Begin.File, 0);
    std::set<std::string> Different;
    for (const FactsFile &File : Facts)
      for (const facts::SourceFile *Source : *File.root().files()) {
        const auto It =
            Result.Contents.find(std::string(File.string(Source->path())));
        if (It == Result.Contents.end())
          continue;
        if (It->second && It->second != Source->hash())
          Different.insert(It->first);
        It->second = Source->hash();
      }
    for (const std::string &File : Different)
      Result.Contents[File] = 0;
  }

  std::string relative(const fs::path &File) const {
    return driver::isWithin(File, Result.Root)
               ? File.lexically_relative(Result.Root).string()
               : File.string();
  }

  void fail(const fs::path &File, const std::string &Reason) {
    Result.Troubles.push_back({{relative(File), 0, 0}, Reason, false});
  }
};

} // namespace

std::variant<report::Report, std::string>
runCheck(const CheckOptions &Options) {
  return CheckRun(Options).run();
}

} // namespace gridlock::cli

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Frontend.h"
#include "checks/extract/Tables.h"
#include "checks/facts/FactsFile.h"

#include "clang/Basic/FileManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/Utils.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"

using namespace clang;

namespace gridlock::extract {
namespace {

constexpr std::size_t MaxDiagnostics = 20;

struct Remark {
  std::string File; // empty: about the command
  unsigned Line = 0, Column = 0;
  std::string Message;
};

class Recorder : public DiagnosticConsumer {
public:
  void HandleDiagnostic(DiagnosticsEngine::Level Level,
                        const Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level < DiagnosticsEngine::Error)
      return;
    Fatal |= Level == DiagnosticsEngine::Fatal;
    llvm::SmallString<128> Text;
    Info.FormatDiagnostic(Text);
    llvm::StringRef Message = Text;
    Modules |= Message.starts_with("module '") && Message.contains("not found");
    if (Errors.size() >= MaxDiagnostics)
      return;
    Remark R;
    R.Message = Message.str();
    if (Info.hasSourceManager() && Info.getLocation().isValid()) {
      PresumedLoc Where = Info.getSourceManager().getPresumedLoc(
          Info.getSourceManager().getExpansionLoc(Info.getLocation()));
      if (Where.isValid()) {
        R.File = Where.getFilename();
        R.Line = Where.getLine();
        R.Column = Where.getColumn();
      }
    }
    Errors.push_back(std::move(R));
  }

  std::vector<Remark> Errors;
  bool Fatal = false;
  bool Modules = false; // an import that can't be resolved
};

class Collector : public DependencyCollector {
public:
  bool needSystemDependencies() override { return true; }
};

struct Shared {
  const ExtractOptions &Options;
  Recorder &Diagnostics;
  std::shared_ptr<Collector> Dependencies = std::make_shared<Collector>();
  std::unique_ptr<facts::FileT> File = {};
};

class Consumer : public ASTConsumer {
public:
  explicit Consumer(Shared &S) : S(S) {}
  void HandleTranslationUnit(ASTContext &Ctx) override {
    if (!S.Diagnostics.Fatal)
      S.File = extractTranslationUnit(Ctx, S.Options);
  }

private:
  Shared &S;
};

class Action : public ASTFrontendAction {
public:
  explicit Action(Shared &S) : S(S) {}
  // Later is too late: the preprocessor has been told of the main file by then.
  bool BeginSourceFileAction(CompilerInstance &CI) override {
    S.Dependencies->attachToPreprocessor(CI.getPreprocessor());
    return true;
  }
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &,
                                                 llvm::StringRef) override {
    return std::make_unique<Consumer>(S);
  }

private:
  Shared &S;
};

void parse(const AdaptedCommand &Command, Shared &S) {
  llvm::IntrusiveRefCntPtr<FileManager> Files(
      new FileManager(FileSystemOptions()));
  tooling::ToolInvocation Invocation(Command.Arguments,
                                     std::make_unique<Action>(S), Files.get());
  Invocation.setDiagnosticConsumer(&S.Diagnostics);
  Invocation.run();
}

std::uint32_t addString(facts::FileT &File, const std::string &S) {
  auto It = llvm::find(File.strings, S);
  if (It != File.strings.end())
    return It - File.strings.begin();
  File.strings.push_back(S);
  return File.strings.size() - 1;
}

std::uint32_t addFile(facts::FileT &File, const std::string &Path) {
  std::uint32_t Name = addString(File, Path);
  for (std::size_t I = 0; I < File.files.size(); ++I)
    if (File.files[I]->path == Name)
      return I;
  File.files.push_back(std::make_unique<facts::SourceFileT>());
  File.files.back()->path = Name;
  return File.files.size() - 1;
}

std::unique_ptr<facts::FileT> emptyFile(const CompileUnit &Unit,
                                        const ExtractOptions &Options) {
  auto File = std::make_unique<facts::FileT>();
  File->version = FactsVersion;
  File->command_hash = Options.CommandHash;
  File->strings.push_back("");
  File->types.push_back(std::make_unique<facts::TypeT>());
  File->symbols.push_back(std::make_unique<facts::SymbolT>());
  File->unresolved = std::make_unique<facts::UnresolvedT>();
  File->producer = addString(*File, Options.Producer);
  File->main_file = addFile(*File, projectPath(Unit.File, Options.Root));
  File->status = facts::ParseStatus::Failed;
  return File;
}

void addDiagnostic(facts::FileT &File, const Remark &R,
                   const ExtractOptions &Options) {
  auto D = std::make_unique<facts::DiagnosticT>();
  std::uint32_t Where = R.File.empty()
                            ? File.main_file
                            : addFile(File, projectPath(R.File, Options.Root));
  D->loc = std::make_unique<facts::Loc>(Where, R.Line, R.Column);
  D->message = addString(File, R.Message);
  D->is_error = true;
  File.diagnostics.push_back(std::move(D));
}

std::string crashText(const std::vector<Remark> &Errors) {
  std::string Text =
      "Clang or the extractor crashed on this file; please report it";
  if (!Errors.empty())
    Text += " (Clang's last error: " + Errors.back().Message + ")";
  return Text;
}

} // namespace

FrontendResult runFrontend(const CompileUnit &Unit,
                           const ExtractOptions &Options) {
  FrontendResult Result;
  std::vector<Remark> Errors;
  AdaptedCommand Command = adaptCommand(Unit, /*WithoutTarget=*/false);
  if (!Command.Error.empty()) {
    Errors.push_back({"", 0, 0, Command.Error});
  } else {
    llvm::CrashRecoveryContext::Enable();
    // A refused command (an unknown processor, say) ends before any file is
    // read. Both tries' files decide what the facts depend on.
    for (bool WithoutTarget : {false, true}) {
      if (WithoutTarget)
        Command = adaptCommand(Unit, true);
      Recorder Diagnostics;
      Shared S{Options, Diagnostics};
      llvm::CrashRecoveryContext Guard;
      bool Survived =
          Guard.RunSafelyOnThread([&] { parse(Command, S); }, ExtractStackSize);
      Errors = std::move(Diagnostics.Errors);
      Result.File = Survived ? std::move(S.File) : nullptr;
      for (const std::string &Path : S.Dependencies->getDependencies()) {
        llvm::SmallString<256> Absolute(Path);
        llvm::sys::fs::make_absolute(Absolute);
        Result.Dependencies.push_back(Absolute.str().str());
      }
      if (!Survived)
        Errors.insert(Errors.begin(), {"", 0, 0, crashText(Errors)});
      if (Diagnostics.Modules)
        Errors.insert(
            Errors.begin(),
            {"", 0, 0,
             "C++20 modules are not supported: an import can't be resolved"});
      if (Command.Targeted && Survived && !Result.File)
        continue; // this machine may not have that target's headers
      if (!Result.Dependencies.empty() || !Survived || Errors.empty())
        break;
    }
  }
  if (!Result.File)
    Result.File = emptyFile(Unit, Options);
  if (!Errors.empty() && Result.File->status == facts::ParseStatus::Ok)
    Result.File->status = facts::ParseStatus::Partial;
  for (const Remark &R : Errors)
    addDiagnostic(*Result.File, R, Options);
  for (const std::string &Note : Command.Notes)
    Result.File->notes.push_back(addString(*Result.File, Note));
  return Result;
}

FrontendResult failedUnit(const CompileUnit &Unit,
                          const ExtractOptions &Options,
                          const std::string &Reason) {
  FrontendResult Result;
  Result.File = emptyFile(Unit, Options);
  addDiagnostic(*Result.File, {"", 0, 0, Reason}, Options);
  llvm::SmallString<256> Main(Unit.File);
  llvm::sys::fs::make_absolute(Main);
  Result.Dependencies.push_back(Main.str().str());
  return Result;
}

} // namespace gridlock::extract

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The Clang plugin: the user's own compile extracts the facts of its
// translation unit and embeds them in the object file, in the section
// .gridlock.facts, which is not loaded. Linkers concatenate the sections of
// their inputs; each buffer has its length in front.
//
//   clang++-NN -fplugin=.../GridlockClang-NN.so
//              [-fplugin-arg-gridlock-root=DIR]
//
// Paths below DIR (default: the git work tree of the main file) are stored
// relative to it, so that objects don't depend on where they were built. A
// compile that makes no code, has errors, or is for another format than ELF
// gets no facts. Cost: that of extractTranslationUnit, and the assembler's.
#include "checks/extract/Extractor.h"
#include "checks/facts/FactsFile.h"
#include "checks/facts/FactsSeal.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Basic/TargetInfo.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendPluginRegistry.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace clang;

namespace gridlock {
namespace {

constexpr std::size_t BytesPerLine = 4096;

/// Assembly that puts BYTES into the section and returns to the current one.
std::string assembly(llvm::ArrayRef<std::uint8_t> Bytes) {
  std::string Text = ".pushsection .gridlock.facts,\"\",%progbits\n";
  Text.reserve(Bytes.size() * 3 + 64);
  for (; !Bytes.empty();
       Bytes = Bytes.drop_front(std::min(BytesPerLine, Bytes.size()))) {
    Text += ".ascii \"";
    for (const std::uint8_t B : Bytes.take_front(BytesPerLine)) {
      if (B >= 0x20 && B < 0x7f && B != '"' && B != '\\') {
        Text += static_cast<char>(B);
        continue;
      }
      Text += '\\';
      for (const int Shift : {6, 3, 0})
        Text += static_cast<char>('0' + (B >> Shift & 7));
    }
    Text += "\"\n";
  }
  return Text + ".popsection\n";
}

std::string workTree(const SourceManager &SM) {
  llvm::SmallString<256> Path;
  const auto Main = SM.getFileEntryRefForID(SM.getMainFileID());
  if (!Main || llvm::sys::fs::real_path(Main->getName(), Path))
    return "";
  for (llvm::StringRef Here = llvm::sys::path::parent_path(Path); !Here.empty();
       Here = llvm::sys::path::parent_path(Here))
    if (llvm::sys::fs::exists(Here + "/.git"))
      return Here.str();
  return "";
}

class Embedder : public ASTConsumer {
public:
  Embedder(CompilerInstance &CI, std::string Root)
      : CI(CI), Root(std::move(Root)) {}

  void HandleTranslationUnit(ASTContext &Ctx) override {
    DiagnosticsEngine &Diagnostics = CI.getDiagnostics();
    if (!wanted(Ctx) || Diagnostics.hasErrorOccurred())
      return;
    extract::ExtractOptions Options;
    Options.Root = Root.empty() ? workTree(Ctx.getSourceManager()) : Root;
    Options.Producer = "GridlockClang-" + std::to_string(LLVM_VERSION_MAJOR) +
                       " " + GRIDLOCK_VERSION;
    std::vector<std::uint8_t> Bytes;
    llvm::CrashRecoveryContext::Enable();
    llvm::CrashRecoveryContext Guard;
    const auto Extract = [&] {
      Bytes = packFacts(*extract::extractTranslationUnit(Ctx, Options));
      sealFacts(Bytes);
    };
    if (!Guard.RunSafelyOnThread(Extract, extract::ExtractStackSize)) {
      Diagnostics.Report(Diagnostics.getCustomDiagID(
          DiagnosticsEngine::Warning,
          "gridlock crashed on this file, which has no facts; please "
          "report it"));
      return;
    }
    const std::string Text = assembly(Bytes);
    StringLiteral *Literal = StringLiteral::Create(
        Ctx, Text, StringLiteralKind::Ordinary, /*Pascal=*/false,
        Ctx.getStringLiteralArrayType(Ctx.CharTy, Text.size()),
        SourceLocation());
    Decl *Asm =
        FileScopeAsmDecl::Create(Ctx, Ctx.getTranslationUnitDecl(), Literal,
                                 SourceLocation(), SourceLocation());
    CI.getASTConsumer().HandleTopLevelDecl(DeclGroupRef(Asm));
  }

private:
  /// A compile for the host that makes code.
  bool wanted(const ASTContext &Ctx) const {
    const LangOptions &Lang = Ctx.getLangOpts();
    if (Lang.CUDAIsDevice || Lang.OpenMPIsTargetDevice || Lang.SYCLIsDevice ||
        !Ctx.getTargetInfo().getTriple().isOSBinFormatELF())
      return false;
    switch (CI.getFrontendOpts().ProgramAction) {
    case frontend::EmitAssembly:
    case frontend::EmitBC:
    case frontend::EmitLLVM:
    case frontend::EmitObj:
      return true;
    default:
      return false;
    }
  }

  CompilerInstance &CI;
  std::string Root;
};

class EmbedFacts : public PluginASTAction {
protected:
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI,
                                                 llvm::StringRef) override {
    return std::make_unique<Embedder>(CI, Root);
  }

  bool ParseArgs(const CompilerInstance &CI,
                 const std::vector<std::string> &Arguments) override {
    DiagnosticsEngine &Diagnostics = CI.getDiagnostics();
    for (llvm::StringRef Argument : Arguments) {
      if (!Argument.consume_front("root=")) {
        Diagnostics.Report(Diagnostics.getCustomDiagID(
            DiagnosticsEngine::Error,
            "gridlock: unknown plugin argument '%0'; there is only root=DIR"))
            << Argument;
        return false;
      }
      llvm::SmallString<256> Real;
      if (llvm::sys::fs::real_path(Argument, Real)) {
        Diagnostics.Report(Diagnostics.getCustomDiagID(
            DiagnosticsEngine::Error,
            "gridlock: plugin argument root='%0': no such folder"))
            << Argument;
        return false;
      }
      Root = Real.str().str();
    }
    return true;
  }

  // The main action's HandleTranslationUnit writes the object.
  ActionType getActionType() override { return AddBeforeMainAction; }

private:
  std::string Root;
};

// A hyphen would end the name in -fplugin-arg-NAME-ARGUMENT.
const FrontendPluginRegistry::Add<EmbedFacts>
    Registration("gridlock", "embed Gridlock's facts in the object file");

} // namespace
} // namespace gridlock

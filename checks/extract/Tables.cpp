// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Tables.h"
#include "checks/extract/SourceText.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace clang;

namespace gridlock::extract {

std::string projectPath(llvm::StringRef Path, llvm::StringRef Root) {
  llvm::SmallString<256> Real;
  if (llvm::sys::fs::real_path(Path, Real)) {
    Real = Path;
    llvm::sys::fs::make_absolute(Real);
    llvm::sys::path::remove_dots(Real, /*remove_dot_dot=*/true);
  }
  llvm::StringRef Result = Real;
  llvm::StringRef Prefix = Root.rtrim('/');
  if (!Prefix.empty() && Result.consume_front(Prefix) &&
      Result.consume_front("/"))
    return Result.str();
  return Real.str().str();
}

Tables::Tables(ASTContext &Ctx, facts::FileT &Out, std::string Root)
    : Ctx(Ctx), Out(Out), Root(std::move(Root)),
      Mangler(Ctx.createMangleContext()) {
  Strings[""] = 0;
  Out.strings.push_back("");
  Out.types.push_back(std::make_unique<facts::TypeT>());
  Out.symbols.push_back(std::make_unique<facts::SymbolT>());
}

Tables::~Tables() = default;

std::uint32_t Tables::string(llvm::StringRef S) {
  auto [It, New] = Strings.try_emplace(S, Out.strings.size());
  if (New)
    Out.strings.push_back(S.str());
  return It->second;
}

bool Tables::isProject(SourceLocation Where) const {
  if (Where.isInvalid())
    return false;
  return !sources().isInSystemHeader(sources().getExpansionLoc(Where));
}

std::uint32_t Tables::file(FileID Id) {
  auto Known = Files.find(Id);
  if (Known != Files.end())
    return Known->second;
  const SourceManager &SM = sources();
  OptionalFileEntryRef Entry = SM.getFileEntryRefForID(Id);
  std::string Path = Entry ? projectPath(Entry->getName(), Root) : "<built-in>";
  auto [ByPath, New] = FilesByPath.try_emplace(Path, Out.files.size());
  Files[Id] = ByPath->second;
  if (!New)
    return ByPath->second;
  auto F = std::make_unique<facts::SourceFileT>();
  F->path = string(Path);
  F->is_system =
      isSystem(SM.getFileCharacteristic(SM.getLocForStartOfFile(Id)));
  if (Entry)
    describeSource(SM.getBufferData(Id), *this, *F);
  Out.files.push_back(std::move(F));
  return ByPath->second;
}

LocPtr Tables::loc(SourceLocation Where) {
  if (Where.isInvalid())
    return nullptr;
  const SourceManager &SM = sources();
  auto [Id, Offset] = SM.getDecomposedExpansionLoc(Where);
  std::uint32_t File = file(Id);
  return std::make_unique<facts::Loc>(File, SM.getLineNumber(Id, Offset),
                                      SM.getColumnNumber(Id, Offset));
}

LocPtr Tables::spelling(SourceLocation Where) {
  if (Where.isInvalid() || !Where.isMacroID())
    return nullptr;
  const SourceManager &SM = sources();
  auto [Id, Offset] = SM.getDecomposedSpellingLoc(Where);
  if (!SM.getFileEntryRefForID(Id)) // made by ## or #: no place of its own
    return nullptr;
  if (std::pair(Id, Offset) == std::pair(SM.getDecomposedExpansionLoc(Where)))
    return nullptr;
  std::uint32_t File = file(Id);
  return std::make_unique<facts::Loc>(File, SM.getLineNumber(Id, Offset),
                                      SM.getColumnNumber(Id, Offset));
}

std::uint32_t Tables::macro(SourceLocation Where) {
  if (!Where.isMacroID())
    return 0;
  const SourceManager &SM = sources();
  SourceLocation Outermost = Where;
  while (Outermost.isMacroID()) {
    Where = Outermost;
    Outermost = SM.getImmediateMacroCallerLoc(Outermost);
  }
  return string(Lexer::getImmediateMacroName(Where, SM, Ctx.getLangOpts()));
}

std::uint32_t Tables::identity(GlobalDecl GD) {
  const auto *D = cast<NamedDecl>(GD.getDecl());
  auto [It, New] = Identities.try_emplace(D->getCanonicalDecl(), 0);
  if (!New)
    return It->second;
  std::string Name;
  if (Mangler->shouldMangleDeclName(D)) {
    llvm::raw_string_ostream OS(Name);
    Mangler->mangleName(GD, OS);
    if (!Name.empty() && Name.front() == '\01') // asm label: taken as it is
      Name.erase(0, 1);
  } else {
    Name = D->getNameAsString();
  }
  if (!D->isExternallyVisible())
    Name += '@' + Out.strings[Out.files[file(sources().getMainFileID())]->path];
  std::uint32_t Index = string(Name);
  Identities[D->getCanonicalDecl()] = Index;
  if (const auto *VD = dyn_cast<VarDecl>(D))
    noteGlobal(VD, Index);
  return Index;
}

} // namespace gridlock::extract

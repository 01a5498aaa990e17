// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/CommandLine.h"

#include "clang/Config/config.h"
#include "llvm/Config/llvm-config.h"
#if LLVM_VERSION_MAJOR >= 22
#include "clang/Options/Options.h"
#else
#include "clang/Driver/Options.h"
#endif
#include "clang/Driver/ToolChain.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/TargetParser/Triple.h"

#if LLVM_VERSION_MAJOR >= 22
namespace options = clang::options;
using clang::getDriverOptTable;
#else
namespace options = clang::driver::options;
using clang::driver::getDriverOptTable;
#endif

namespace gridlock::extract {
namespace {

bool isLauncher(llvm::StringRef Program) {
  llvm::StringRef Name = llvm::sys::path::filename(Program);
  return Name == "ccache" || Name == "sccache" || Name == "distcc" ||
         Name == "icecc" || Name == "env";
}

/// "g++" of "/usr/bin/x86_64-linux-gnu-g++-12": without target and version;
/// empty for what is no name of a compiler.
llvm::StringRef compilerKind(llvm::StringRef Program) {
  llvm::StringRef Name = llvm::sys::path::filename(Program);
  Name.consume_back(".exe");
  Name = Name.rtrim("0123456789.");
  Name.consume_back("-");
  for (llvm::StringRef Kind :
       {"clang-cl", "cl", "cc", "c++", "gcc", "g++", "clang", "clang++", "icx",
        "icpx", "icc", "icpc", "nvcc"})
    if (Name == Kind ||
        (Name.ends_with(Kind) && Name.drop_back(Kind.size()).ends_with("-")))
      return Kind;
  return {};
}

/// Where the compiler stands: launchers known and unknown, with long options of
/// their own, may stand before it. What follows a short option is its value.
std::size_t compilerIndex(llvm::ArrayRef<std::string> Arguments) {
  for (std::size_t I = 0; I < Arguments.size() && Arguments[I] != "-c"; ++I) {
    llvm::StringRef Before = I ? Arguments[I - 1] : "";
    if (!compilerKind(Arguments[I]).empty() && Arguments[I][0] != '-' &&
        (!Before.starts_with("-") || Before.starts_with("--")))
      return I;
  }
  std::size_t First = 0;
  while (
      First + 1 < Arguments.size() &&
      (isLauncher(Arguments[First]) ||
       (First && llvm::StringRef(Arguments[First]).contains('=')))) // env A=B
    ++First;
  return First;
}

bool sameFile(llvm::StringRef A, llvm::StringRef B) {
  llvm::SmallString<256> RealA, RealB;
  return A == B || (!llvm::sys::fs::real_path(A, RealA) &&
                    !llvm::sys::fs::real_path(B, RealB) && RealA == RealB);
}

class Adapter {
public:
  Adapter(const CompileUnit &Unit, bool WithoutTarget)
      : Unit(Unit), WithoutTarget(WithoutTarget), Saver(Memory) {}

  AdaptedCommand run() {
    if (!expand())
      return std::move(Out);
    parse();
    return std::move(Out);
  }

private:
  bool expand();
  void parse();
  bool keep(const llvm::opt::Arg &A);
  bool keepForClang(llvm::StringRef Value);
  void note(const llvm::Twine &Text) {
    if (Noted.insert(Text.str()).second)
      Out.Notes.push_back(Text.str());
  }
  void precompiled(llvm::StringRef Path);

  const CompileUnit &Unit;
  bool WithoutTarget;
  AdaptedCommand Out;
  llvm::BumpPtrAllocator Memory;
  llvm::StringSaver Saver;
  llvm::SmallVector<const char *, 64> Argv;
  std::vector<std::string> TextualHeaders; // of dropped precompiled headers
  llvm::StringSet<> Noted;
  unsigned SkipForClang = 0;
  bool InputSeen = false;
};

/// Launchers off, @response files in.
bool Adapter::expand() {
  for (std::size_t I = compilerIndex(Unit.Arguments); I < Unit.Arguments.size();
       ++I)
    Argv.push_back(Saver.save(Unit.Arguments[I]).data());
  if (Argv.empty()) {
    Out.Error = "the compile command is empty";
    return false;
  }
  if (compilerKind(Argv[0]).ends_with("cl")) {
    Out.Error = "a command of MSVC's compiler driver (cl) is not understood; "
                "configure with GCC or Clang";
    return false;
  }
  llvm::cl::ExpansionContext Context(Memory, llvm::cl::TokenizeGNUCommandLine);
  Context.setCurrentDir(Unit.Directory);
  if (llvm::Error E = Context.expandResponseFiles(Argv)) {
    Out.Error = "response file: " + llvm::toString(std::move(E));
    return false;
  }
  for (const char *Arg : llvm::drop_begin(Argv))
    if (Arg[0] == '@') {
      Out.Error = std::string("response file not found: ") + (Arg + 1);
      return false;
    }
  return true;
}

void Adapter::precompiled(llvm::StringRef Path) {
  note("dropped a precompiled header of another compiler: " + Path);
  llvm::StringRef Header = Path;
  if (Header.consume_back(".pch") || Header.consume_back(".gch"))
    TextualHeaders.push_back(Header.str());
}

/// The values of -Xclang: plugins and precompiled headers belong to another
/// Clang.
bool Adapter::keepForClang(llvm::StringRef Value) {
  if (SkipForClang) {
    --SkipForClang;
    if (Value.ends_with(".pch") || Value.ends_with(".gch"))
      precompiled(Value);
    return false;
  }
  if (Value == "-include-pch" || Value == "-load" || Value == "-plugin" ||
      Value == "-add-plugin" || Value.starts_with("-plugin-arg-") ||
      Value == "-dependency-file" || Value == "-o") {
    SkipForClang = 1;
    if (Value != "-include-pch")
      note("dropped -Xclang " + Value);
    return false;
  }
  return Value != "-fallow-pch-with-compiler-errors";
}

bool Adapter::keep(const llvm::opt::Arg &A) {
  const llvm::opt::Option &O = A.getOption();
  if (O.getKind() == llvm::opt::Option::UnknownClass) {
    note("dropped a flag Clang doesn't know: " +
         llvm::StringRef(A.getSpelling()));
    return false;
  }
  if (O.getKind() == llvm::opt::Option::InputClass) {
    if (!sameFile(A.getValue(), Unit.File))
      return false; // other inputs have a unit of their own
    InputSeen = true;
    return true;
  }
  if (O.matches(options::OPT_Xclang))
    return keepForClang(A.getValue());
  if (O.matches(options::OPT_include_pch)) {
    precompiled(A.getValue());
    return false;
  }
  if (O.matches(
          options::OPT_Wp_COMMA)) { // -Wp,-MD,file writes, -Wp,-DX does not
    for (const char *Value : A.getValues())
      if (llvm::StringRef(Value).starts_with("-M"))
        return false;
    return true;
  }
  if (O.matches(options::OPT_W_Joined) &&
      llvm::StringRef(A.getValue()).starts_with("error"))
    return false;
  // Outputs and what only serves them: header modules would be kept in the
  // user's build folder.
  for (unsigned Output : {options::OPT_o,
                          options::OPT_c,
                          options::OPT_S,
                          options::OPT_E,
                          options::OPT_M_Group,
                          options::OPT_MJ,
                          options::OPT_emit_llvm,
                          options::OPT_save_temps,
                          options::OPT_save_temps_EQ,
                          options::OPT_ftime_trace,
                          options::OPT_ftime_trace_EQ,
                          options::OPT__serialize_diags,
                          options::OPT_fsyntax_only,
                          options::OPT_gsplit_dwarf,
                          options::OPT_gsplit_dwarf_EQ,
                          options::OPT__HASH_HASH_HASH,
                          options::OPT_v,
                          options::OPT_fcolor_diagnostics,
                          options::OPT_fmodules,
                          options::OPT_fcxx_modules,
                          options::OPT_fimplicit_module_maps,
                          options::OPT_fmodules_cache_path,
                          options::OPT_fsanitize_ignorelist_EQ,
                          options::OPT_fsanitize_coverage_allowlist,
                          options::OPT_fsanitize_coverage_ignorelist})
    if (O.matches(Output))
      return false;
  // Profiles and plugins made for another compiler.
  for (unsigned Foreign :
       {options::OPT_fprofile_use, options::OPT_fprofile_use_EQ,
        options::OPT_fprofile_instr_use, options::OPT_fprofile_instr_use_EQ,
        options::OPT_fplugin_EQ, options::OPT_fpass_plugin_EQ,
        options::OPT_fmodule_output, options::OPT_fmodule_output_EQ})
    if (O.matches(Foreign)) {
      note("dropped " + llvm::StringRef(A.getSpelling()));
      return false;
    }
  if (WithoutTarget && O.matches(options::OPT_m_Group)) {
    note("dropped a target option this Clang refuses: " +
         llvm::StringRef(A.getSpelling()));
    return false;
  }
  return true;
}

void Adapter::parse() {
  llvm::StringRef Compiler = llvm::sys::path::filename(Argv[0]);
  const bool Cxx = Compiler.contains("++");
  Out.Arguments.push_back(std::string(GRIDLOCK_LLVM_BINDIR) +
                          (Cxx ? "/clang++" : "/clang"));
  // aarch64-linux-gnu-g++ compiles for the target in its name.
  const std::string Target =
      clang::driver::ToolChain::getTargetAndModeFromProgramName(Compiler)
          .TargetPrefix;
  const llvm::Triple Named(Target), Own(LLVM_HOST_TRIPLE);
  if (Named.getArch() != llvm::Triple::UnknownArch &&
      (Named.getArch() != Own.getArch() || Named.getOS() != Own.getOS())) {
    if (WithoutTarget)
      note("parsed for this machine: nothing could be parsed for " + Target);
    else
      Out.Arguments.push_back("--target=" + Target);
    Out.Targeted = !WithoutTarget;
  }

  unsigned MissingIndex = 0, MissingCount = 0;
  llvm::opt::InputArgList Args = getDriverOptTable().ParseArgs(
      llvm::ArrayRef(Argv).drop_front(), MissingIndex, MissingCount,
      llvm::opt::Visibility(options::ClangOption));
  if (MissingCount)
    note("dropped a flag without its value: " +
         llvm::StringRef(Args.getArgString(MissingIndex)));
  std::vector<std::string> Inputs;
  for (const llvm::opt::Arg *A : Args) {
    if (!keep(*A))
      continue;
    llvm::opt::ArgStringList Strings;
    A->renderAsInput(Args, Strings);
    bool IsInput = A->getOption().getKind() == llvm::opt::Option::InputClass;
    for (const char *S : Strings)
      (IsInput ? Inputs : Out.Arguments).push_back(S);
  }
  for (const std::string &Header : TextualHeaders)
    if (llvm::sys::fs::exists(Header) &&
        !llvm::is_contained(Out.Arguments, Header)) {
      Out.Arguments.push_back("-include");
      Out.Arguments.push_back(Header);
    }
  // Resources of this Clang; errors only, all of them; nothing that GCC takes
  // and Clang makes an error by default.
  for (const char *Own :
       {"-resource-dir", GRIDLOCK_RESOURCE_DIR, "-fsyntax-only", "-w",
        "-Wno-everything", "-Wno-error", "-ferror-limit=0",
        "-fno-color-diagnostics", "-fno-caret-diagnostics",
        "-Qunused-arguments"})
    Out.Arguments.push_back(Own);
  Out.Arguments.push_back("--");
  Out.Arguments.push_back(InputSeen ? Inputs.front() : Unit.File);
}

} // namespace

AdaptedCommand adaptCommand(const CompileUnit &Unit, bool WithoutTarget) {
  return Adapter(Unit, WithoutTarget).run();
}

} // namespace gridlock::extract

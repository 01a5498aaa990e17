// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-extract-NN --unit UNIT.json -o OUT.glkf -d DEPFILE [--gave-up
// STATUS] Exit status: 0 with a facts file, also for input that doesn't parse
// (a build engine must not run it again until the input changes); 2 usage or
// output not writable.
#include "checks/extract/Frontend.h"
#include "checks/extract/Tables.h"
#include "checks/facts/FactsFile.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <csignal>
#include <cstdlib>
#include <cstring>

using namespace gridlock;
using namespace gridlock::extract;

namespace {

constexpr int Usage = 2;

llvm::cl::OptionCategory Category("gridlock-extract options");
llvm::cl::opt<std::string> UnitPath(
    "unit",
    llvm::cl::desc("compile command: {directory, file, arguments, root}"),
    llvm::cl::value_desc("UNIT.json"), llvm::cl::Required,
    llvm::cl::cat(Category));
llvm::cl::opt<std::string> OutPath("o", llvm::cl::desc("facts file to write"),
                                   llvm::cl::value_desc("OUT.glkf"),
                                   llvm::cl::Required, llvm::cl::cat(Category));
llvm::cl::opt<std::string> DepPath(
    "d", llvm::cl::desc("dependencies of the facts file, for make and ninja"),
    llvm::cl::value_desc("DEPFILE"), llvm::cl::cat(Category));

llvm::cl::opt<int> GaveUp(
    "gave-up",
    llvm::cl::desc("parse nothing: write facts that say that an earlier run "
                   "on this unit ended with this status of a shell"),
    llvm::cl::value_desc("STATUS"), llvm::cl::init(0), llvm::cl::cat(Category));

int fail(const llvm::Twine &Message) {
  llvm::errs() << "gridlock-extract-" << LLVM_VERSION_MAJOR << ": " << Message
               << '\n';
  return Usage;
}

struct Request {
  CompileUnit Unit;
  std::string Root;
};

/// Empty string, or what is wrong with the file.
std::string readUnit(Request &R) {
  auto Buffer = llvm::MemoryBuffer::getFile(UnitPath);
  if (!Buffer)
    return Buffer.getError().message();
  llvm::Expected<llvm::json::Value> Parsed =
      llvm::json::parse((*Buffer)->getBuffer());
  if (!Parsed)
    return llvm::toString(Parsed.takeError());
  llvm::json::Path::Root Where("unit");
  llvm::json::ObjectMapper Map(*Parsed, Where);
  if (!Map || !Map.map("directory", R.Unit.Directory) ||
      !Map.map("file", R.Unit.File) ||
      !Map.map("arguments", R.Unit.Arguments) || !Map.map("root", R.Root))
    return llvm::toString(Where.getError());
  return "";
}

std::string makeEscape(llvm::StringRef Path) {
  std::string Out;
  for (char C : Path) {
    if (C == ' ' || C == '#' || C == '\\')
      Out += '\\';
    if (C == '$')
      Out += '$';
    Out += C;
  }
  return Out;
}

std::string writeDependencies(llvm::StringRef Path, llvm::StringRef Target,
                              const std::vector<std::string> &Files) {
  std::error_code EC;
  llvm::raw_fd_ostream OS(Path, EC);
  if (EC)
    return EC.message();
  OS << makeEscape(Target) << ':';
  for (const std::string &File : Files)
    OS << " \\\n  " << makeEscape(File);
  OS << '\n';
  OS.close();
  return OS.has_error() ? OS.error().message() : "";
}

std::uint64_t commandHash(const CompileUnit &Unit) {
  std::string All = Unit.Directory + '\0' + Unit.File;
  for (const std::string &Arg : Unit.Arguments)
    (All += '\0') += Arg;
  return llvm::xxh3_64bits(All);
}

std::string reasonToGiveUp() {
  const char *Limit = std::getenv("GRIDLOCK_EXTRACT_SECONDS");
  const std::string Seconds = Limit ? Limit : "?";
  if (GaveUp == 124) // as timeout(1) has it
    return "not parsed within " + Seconds + " s (see gridlock check --timeout)";
  if (GaveUp == 128 + SIGKILL)
    return "the extractor was killed: out of memory, or not done within " +
           Seconds + " s (see gridlock check --timeout)";
  llvm::SmallString<128> Log(OutPath);
  llvm::sys::path::replace_extension(Log, "log");
  const std::string See = "; its output is in '" + Log.str().str() +
                          "' of the cache folder; please report it";
  if (GaveUp > 128)
    return std::string("the extractor crashed (") + strsignal(GaveUp - 128) +
           ")" + See;
  return "the extractor failed (exit status " + std::to_string(GaveUp) + ")" +
         See;
}

} // namespace

int main(int Argc, char **Argv) {
  llvm::cl::HideUnrelatedOptions(Category);
  llvm::cl::SetVersionPrinter([](llvm::raw_ostream &OS) {
    OS << "gridlock-extract-" << LLVM_VERSION_MAJOR << ' ' << GRIDLOCK_VERSION
       << " (LLVM " << LLVM_VERSION_STRING << ")\n";
  });
  if (!llvm::cl::ParseCommandLineOptions(
          Argc, Argv, "Clang AST to Gridlock facts\n", &llvm::errs()))
    return Usage;

  Request R;
  if (std::string Error = readUnit(R); !Error.empty())
    return fail(UnitPath + ": " + Error);
  // Everything below happens in the command's directory.
  llvm::SmallString<256> Out(OutPath), Dep(DepPath), Root(R.Root);
  llvm::sys::fs::make_absolute(Out);
  llvm::sys::fs::make_absolute(Dep);
  if (std::error_code EC = llvm::sys::fs::set_current_path(R.Unit.Directory))
    return fail(UnitPath + ": directory \"" + R.Unit.Directory +
                "\": " + EC.message());
  if (llvm::sys::fs::real_path(R.Root, Root))
    return fail(UnitPath + ": root \"" + R.Root + "\" doesn't exist");

  ExtractOptions Options;
  Options.Root = Root.str().str();
  Options.Producer = "gridlock-extract-" + std::to_string(LLVM_VERSION_MAJOR) +
                     " " + GRIDLOCK_VERSION;
  Options.CommandHash = commandHash(R.Unit);
  // Ended from outside, by the user: that says nothing about the unit.
  if (GaveUp == 128 + SIGINT || GaveUp == 128 + SIGTERM)
    return Usage;
  FrontendResult Result = GaveUp ? failedUnit(R.Unit, Options, reasonToGiveUp())
                                 : runFrontend(R.Unit, Options);
  if (std::string Error = writeFacts(*Result.File, Out.str().str());
      !Error.empty())
    return fail(Error);
  if (!DepPath.empty())
    if (std::string Error =
            writeDependencies(Dep, OutPath, Result.Dependencies);
        !Error.empty())
      return fail(DepPath + ": " + Error);
  return 0;
}

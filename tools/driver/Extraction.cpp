// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/Extraction.h"

#include "tools/driver/Files.h"
#include "tools/driver/Process.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::driver {

namespace {

/// Holds the cache folder for this process; released with the descriptor.
class FolderLock {
public:
  FolderLock(const fs::path &Folder, Progress &Meter)
      : Descriptor(::open((Folder / "lock").c_str(),
                          O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (Descriptor < 0 || ::flock(Descriptor, LOCK_EX | LOCK_NB) == 0)
      return;
    Meter.clear();
    std::fprintf(stderr, "gridlock: waiting for another run that uses '%s'\n",
                 Folder.c_str());
    while (::flock(Descriptor, LOCK_EX) != 0 && errno == EINTR)
      ;
  }
  ~FolderLock() {
    if (Descriptor >= 0)
      ::close(Descriptor);
  }
  FolderLock(const FolderLock &) = delete;
  FolderLock &operator=(const FolderLock &) = delete;

private:
  int Descriptor;
};

/// No line of a build file may come from a name: a new line in one is not kept.
std::string escapeNinja(std::string Text, bool IsPath) {
  std::string Result;
  std::replace(Text.begin(), Text.end(), '\n', '?');
  for (const char C : Text) {
    if (C == '$' || (IsPath && (C == ' ' || C == ':')))
      Result += '$';
    Result += C;
  }
  return Result;
}

std::string quoteShell(const std::string &Text) {
  std::string Result = "'";
  for (const char C : Text)
    C == '\'' ? Result += "'\\''" : Result += C;
  return Result + "'";
}

/// The file's name without characters that ninja, make or a shell would have
/// quoted.
std::string plainName(const fs::path &File) {
  std::string Name = File.filename().string();
  for (char &C : Name)
    if (!std::isalnum(static_cast<unsigned char>(C)) && C != '.' && C != '-')
      C = '_';
  return Name;
}

/// The path as shown to the user and as the unit's name.
std::string labelOf(const CompileCommand &Command, const fs::path &Root) {
  std::string Label = isWithin(Command.File, Root)
                          ? Command.File.lexically_relative(Root).string()
                          : Command.File.string();
  if (Command.Ordinal)
    Label += "#" + std::to_string(Command.Ordinal + 1);
  return Label;
}

std::string unitText(const CompileCommand &Command, const fs::path &Root,
                     const std::string &Label) {
  nlohmann::ordered_json Unit;
  Unit["directory"] = Command.Directory.string();
  Unit["file"] = Command.File.string();
  Unit["arguments"] = Command.Arguments;
  Unit["root"] = Root.string();
  Unit["label"] = Label;
  // A file name need not be UTF-8; the extractor gets a name it can report.
  return Unit.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
         '\n';
}

/// The time limit reaches the rule by the environment: another one must not
/// make all facts out of date.
constexpr const char *LimitVariable = "GRIDLOCK_EXTRACT_SECONDS";

/// The rule that runs the extractor. The facts are removed first, so that facts
/// that are there afterwards are this run's. The reason of a failure is kept
/// beside, and a second run of the extractor, which parses nothing, writes
/// facts that tell it.
std::string ruleText(const fs::path &Tool) {
  const std::string Program = escapeNinja(quoteShell(Tool.string()), false);
  const fs::path Timeout = findInPath({"timeout"}); // of coreutils
  const std::string Limited =
      Timeout.empty() ? ""
                      : escapeNinja(quoteShell(Timeout.string()), false) +
                            " --foreground -k 5 \"$$" + LimitVariable + "\" ";
  const std::string Arguments = Program + " --unit $in -o $out -d $out.d";
  return "ninja_required_version = 1.7\n\n"
         "rule extract\n"
         "  command = rm -f $out; " +
         Limited + Arguments +
         " > $log 2>&1 || { status=$$?; echo \"exit status $$status, limit $$" +
         LimitVariable + " s\" >> $log; " + Arguments +
         " --gave-up=$$status >> $log 2>&1; }\n"
         "  description = $label\n"
         "  depfile = $out.d\n"
         "  deps = gcc\n"
         "  restat = 1\n\n";
}

/// What the log says about a failed extraction, in one line.
std::string failureReason(const fs::path &Log) {
  const std::string Text = readFile(Log).value_or("");
  static constexpr std::string_view Marker = "exit status ";
  const std::size_t At = Text.rfind(Marker);
  if (At == std::string::npos)
    return "the extractor did not finish";
  int Status = 0;
  std::from_chars(Text.data() + At + Marker.size(), Text.data() + Text.size(),
                  Status);
  std::string Reason = Status > 128 ? std::string("the extractor crashed (") +
                                          ::strsignal(Status - 128) + ")"
                                    : "the extractor failed (exit status " +
                                          std::to_string(Status) + ")";
  const std::string First = Text.substr(0, Text.find('\n'));
  if (First.rfind(Marker, 0) != 0 && !First.empty())
    Reason += ": " + First;
  return Reason + "; its output is in '" + Log.string() + "'";
}

/// Whether an earlier run gave up after fewer SECONDS than are allowed now.
bool endedByLowerLimit(const fs::path &Log, unsigned Seconds) {
  std::error_code Error;
  if (fs::file_size(Log, Error) == 0 || Error)
    return false; // as nearly always
  const std::string Text = readFile(Log).value_or("");
  for (const char *Marker :
       {"exit status 124, limit ", "exit status 137, limit "})
    if (const std::size_t At = Text.rfind(Marker); At != std::string::npos) {
      unsigned Limit = 0;
      std::from_chars(Text.data() + At + std::strlen(Marker),
                      Text.data() + Text.size(), Limit);
      return Limit != 0 && (Seconds == 0 || Limit < Seconds);
    }
  return false;
}

/// Reads `@gridlock DONE TOTAL label` (see NINJA_STATUS below).
void showStatus(const std::string &Line, Progress &Meter) {
  unsigned Done = 0, Total = 0;
  const char *End = Line.data() + Line.size();
  const auto First =
      std::from_chars(Line.data() + sizeof("@gridlock"), End, Done);
  if (First.ec != std::errc() || First.ptr == End)
    return;
  const auto Second = std::from_chars(First.ptr + 1, End, Total);
  if (Second.ec != std::errc() || Second.ptr == End)
    return;
  Meter.update(Done, Total, std::string(Second.ptr + 1, End));
}

/// Returns an empty string, or why ninja could not do its work at all.
std::string runNinja(const ExtractionOptions &Options, Progress &Meter) {
  const fs::path &Folder = Options.CacheDirectory;
  unsigned Jobs = Options.Jobs;
  const fs::path Ninja = findNinja();
  if (Ninja.empty())
    return NinjaMissing;
  if (!Jobs)
    Jobs = std::max(1u, std::thread::hardware_concurrency());
  std::string Trouble;
  const int Status =
      runLines({Ninja.string(), "-C", Folder.string(), "-k", "0", "-j",
                std::to_string(Jobs)},
               {"NINJA_STATUS=@gridlock %f %t ",
                LimitVariable + ("=" + std::to_string(Options.Seconds))},
               [&](const std::string &Line) {
                 if (Line.rfind("@gridlock ", 0) == 0)
                   showStatus(Line, Meter);
                 else if (Line.rfind("ninja: error: ", 0) == 0 ||
                          Line.rfind("ninja: fatal: ", 0) == 0 ||
                          Line.rfind("cannot start ", 0) == 0)
                   Trouble += (Trouble.empty() ? "" : "; ") + Line;
               });
  Meter.clear();
  if (Status > 128)
    return "ninja was ended by a signal (" +
           std::string(::strsignal(Status - 128)) + ")";
  if (Status != 0 && !Trouble.empty())
    return Trouble + " (in '" + Folder.string() + "')";
  return {};
}

std::string makeFolder(const fs::path &Folder) {
  std::error_code Error;
  fs::create_directories(Folder, Error);
  if (Error || ::access(Folder.c_str(), W_OK | X_OK) != 0)
    return "cannot write to cache folder '" + Folder.string() + "': " +
           (Error ? Error.message() : std::string(std::strerror(errno)));
  return {};
}

} // namespace

std::variant<fs::path, std::string>
chooseCacheDirectory(const fs::path &Given, const fs::path &InPlace,
                     const std::string &Key) {
  const auto Prepare =
      [](const fs::path &Folder) -> std::variant<fs::path, std::string> {
    std::string Error = makeFolder(Folder);
    // Kept out of version control and of backups.
    if (Error.empty())
      Error = writeIfChanged(Folder / ".gitignore", "*\n");
    if (Error.empty())
      Error = writeIfChanged(Folder / "CACHEDIR.TAG",
                             "Signature: 8a477f597d28d172789f06886806bc55\n");
    if (!Error.empty())
      return Error;
    return canonicalPath(Folder);
  };
  if (!Given.empty())
    return Prepare(Given);
  if (!InPlace.empty() && !std::getenv("GRIDLOCK_CACHE_DIR")) {
    auto Local = Prepare(InPlace / ".gridlock-cache");
    if (std::holds_alternative<fs::path>(Local))
      return Local;
  }
  const auto Variable = [](const char *Name) {
    const char *Value = std::getenv(Name);
    return fs::path(Value ? Value : "");
  };
  fs::path Base = Variable("GRIDLOCK_CACHE_DIR");
  if (Base.empty() && Variable("XDG_CACHE_HOME").is_absolute())
    Base = Variable("XDG_CACHE_HOME") / "gridlock";
  if (Base.empty() && !Variable("HOME").empty())
    Base = Variable("HOME") / ".cache/gridlock";
  if (Base.empty())
    return std::string("no folder for the cache: neither GRIDLOCK_CACHE_DIR, "
                       "XDG_CACHE_HOME nor HOME is set; name one with "
                       "--cache-dir");
  return Prepare(Base / hashName(Key));
}

std::variant<std::vector<ExtractedUnit>, std::string>
extract(const std::vector<CompileCommand> &Commands,
        const ExtractionOptions &Options, Progress &Meter) {
  const std::string Sub = "llvm-" + std::to_string(Options.Tool.Major);
  if (std::string Error = makeFolder(Options.CacheDirectory / Sub);
      !Error.empty())
    return Error;
  const FolderLock Lock(Options.CacheDirectory, Meter);

  std::vector<ExtractedUnit> Units;
  std::string Build = ruleText(Options.Tool.Path);
  const std::string Depends = escapeNinja(Options.Tool.Path.string(), true);
  for (const CompileCommand &Command : Commands) {
    const std::string Name =
        plainName(Command.File) + "-" +
        hashName(Command.File.string() + "#" + std::to_string(Command.Ordinal));
    const std::string Stem = Sub + "/" + Name;
    const std::string Label = labelOf(Command, Options.Root);
    if (std::string Error =
            writeIfChanged(Options.CacheDirectory / (Stem + ".json"),
                           unitText(Command, Options.Root, Label));
        !Error.empty())
      return Error;
    const std::string Path = escapeNinja(Stem, true);
    Build += "build " + Path + ".glkf: extract " + Path + ".json | " + Depends +
             "\n  label = " + escapeNinja(Label, false) +
             "\n  log = " + escapeNinja(quoteShell(Stem + ".log"), false) +
             "\n";
    Units.push_back(
        {Command.File, Options.CacheDirectory / (Stem + ".glkf"), {}});
  }
  if (std::string Error =
          writeIfChanged(Options.CacheDirectory / "build.ninja", Build);
      !Error.empty())
    return Error;
  std::vector<fs::path> Logs;
  std::error_code Ignored;
  for (const ExtractedUnit &Unit : Units) {
    Logs.push_back(fs::path(Unit.Facts).replace_extension(".log"));
    if (endedByLowerLimit(Logs.back(), Options.Seconds))
      fs::remove(Unit.Facts, Ignored);
  }
  if (std::string Error = runNinja(Options, Meter); !Error.empty())
    return Error;
  for (std::size_t I = 0; I < Units.size(); ++I)
    if (!fs::exists(Units[I].Facts, Ignored))
      Units[I].Failure = failureReason(Logs[I]);
  pruneCache(Options.CacheDirectory, Logs, Options.Limits);
  return Units;
}

} // namespace gridlock::driver

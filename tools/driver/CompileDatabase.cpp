// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/CompileDatabase.h"

#include "tools/driver/CommandLine.h"
#include "tools/driver/Files.h"
#include "tools/driver/Json.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace gridlock::driver {

namespace {

/// Suffixes of languages that are neither C nor C++. Anything else is tried: an
/// unusual suffix with `-x c++` is the build's own business.
bool isOtherLanguage(const fs::path &File) {
  static constexpr std::array Suffixes = {
      ".s",  ".S",     ".sx", ".asm",  ".m",   ".mm",  ".M",
      ".cu", ".hip",   ".cl", ".f",    ".F",   ".f90", ".F90",
      ".rs", ".swift", ".rc", ".ispc", ".pyx", ".go"};
  return std::find(Suffixes.begin(), Suffixes.end(), File.extension()) !=
         Suffixes.end();
}

/// The command without what says only where its output goes.
std::string identity(const CompileCommand &Command) {
  std::string Key = Command.Directory.string() + '\n' + Command.File.string();
  for (std::size_t I = 0; I < Command.Arguments.size(); ++I) {
    const std::string &Arg = Command.Arguments[I];
    if (Arg == "-o" || Arg == "-MF" || Arg == "-MT" || Arg == "-MQ") {
      ++I;
      continue;
    }
    if (!Arg.starts_with("-o") && Arg != "-MD" && Arg != "-MMD" &&
        Arg != "-MP" && Arg != "-c")
      Key += '\n' + Arg;
  }
  return Key;
}

/// The object file that a command makes, or empty.
fs::path objectOf(const CompileCommand &Command) {
  for (std::size_t I = 1; I < Command.Arguments.size(); ++I) {
    const std::string &Arg = Command.Arguments[I];
    if (Arg == "-o" && I + 1 < Command.Arguments.size())
      return Command.Directory / Command.Arguments[I + 1];
    if (Arg.size() > 2 && Arg.starts_with("-o"))
      return Command.Directory / Arg.substr(2);
  }
  return {};
}

class Reader {
public:
  explicit Reader(const fs::path &Path) { Database.Path = Path; }

  std::variant<CompileDatabase, std::string> read() {
    const auto Text = readFile(Database.Path);
    if (!Text)
      return "cannot read compile database '" + Database.Path.string() + "'";
    auto Parsed = parseJson(*Text, Database.Path.string());
    // Build tools write bytes as they find them; one odd name is no reason to
    // analyse nothing.
    if (std::string Valid; std::holds_alternative<std::string>(Parsed) &&
                           (Valid = asUtf8(*Text)) != *Text) {
      Parsed = parseJson(Valid, Database.Path.string());
      Database.Notes.push_back("'" + Database.Path.string() +
                               "' is not UTF-8 throughout; files with such "
                               "names can't be analysed");
    }
    if (const auto *Error = std::get_if<std::string>(&Parsed))
      return *Error;
    const Json &Root = std::get<Json>(Parsed);
    if (!Root.is_array())
      return Database.Path.string() +
             ":1:1: a compile database is an array of commands, this is " +
             Root.type_name();
    if (Root.empty())
      return Database.Path.string() +
             ": the compile database is empty, so there is nothing to analyse";
    for (Index = 0; Index < Root.size(); ++Index)
      if (std::string Error = entry(Root[Index]); !Error.empty())
        return Error;
    for (const auto &[Suffix, Count] : Skipped)
      Database.Notes.push_back(std::to_string(Count) + " '" + Suffix +
                               "' file(s) left out: neither C nor C++");
    return std::move(Database);
  }

private:
  CompileDatabase Database;
  std::set<std::string> Missing;
  std::map<std::string, std::size_t> Seen; // identity to index in Commands
  std::map<std::string, unsigned> CommandsOf;
  std::map<std::string, unsigned> Skipped;
  std::size_t Index = 0;

  std::string fail(const std::string &What) const {
    return Database.Path.string() + ": entry " + std::to_string(Index) + ": " +
           What;
  }

  std::string stringAt(const Json &Entry, const char *Key, std::string &Out) {
    const auto It = Entry.find(Key);
    if (It == Entry.end())
      return fail(std::string("key '") + Key + "' is missing");
    if (!It->is_string())
      return fail(std::string("'") + Key + "' must be a string, it is " +
                  It->type_name());
    Out = It->get<std::string>();
    return {};
  }

  std::string arguments(const Json &Entry, Arguments &Out) {
    const auto List = Entry.find("arguments");
    if (List == Entry.end()) {
      if (!Entry.contains("command"))
        return fail("neither 'command' nor 'arguments'");
      std::string Text;
      if (std::string Error = stringAt(Entry, "command", Text); !Error.empty())
        return Error;
      auto Words = splitShell(Text);
      if (const auto *Error = std::get_if<std::string>(&Words))
        return fail("'command': " + *Error);
      Out = std::move(std::get<Arguments>(Words));
    } else {
      if (!List->is_array())
        return fail(std::string("'arguments' must be an array, it is ") +
                    List->type_name());
      for (const Json &Word : *List) {
        if (!Word.is_string())
          return fail(std::string("'arguments' must hold strings, one is ") +
                      Word.type_name());
        Out.push_back(Word.get<std::string>());
      }
    }
    return Out.empty() ? fail("the command is empty") : std::string();
  }

  std::string entry(const Json &Entry) {
    if (!Entry.is_object())
      return fail(std::string("must be an object, it is ") + Entry.type_name());
    std::string File, Directory;
    CompileCommand Command;
    if (std::string E = stringAt(Entry, "file", File); !E.empty())
      return E;
    if (std::string E = stringAt(Entry, "directory", Directory); !E.empty())
      return E;
    if (std::string E = arguments(Entry, Command.Arguments); !E.empty())
      return E;
    // A relative directory counts from the database, as Clang's tools take it.
    Command.Directory =
        (Database.Path.parent_path() / Directory).lexically_normal();
    Command.File = canonicalPath(Command.Directory / File);
    if (isOtherLanguage(Command.File)) {
      ++Skipped[Command.File.extension().string()];
      return {};
    }
    std::error_code Ignored;
    if (!fs::is_directory(Command.Directory, Ignored)) {
      if (Missing.insert(Command.File.string()).second)
        Database.Failed.push_back(
            {Command.File, "the directory of its compile command, '" +
                               Command.Directory.string() +
                               "', does not exist; configure the project "
                               "again"});
      return {};
    }
    if (!fs::is_regular_file(Command.File, Ignored)) {
      if (Missing.insert(Command.File.string()).second)
        Database.Failed.push_back({Command.File, "no such file"});
      return {};
    }
    if (std::string E =
            expandResponseFiles(Command.Arguments, Command.Directory);
        !E.empty()) {
      Database.Failed.push_back({Command.File, E});
      return {};
    }
    std::string Target = buildTargetOf(objectOf(Command));
    const auto [At, New] =
        Seen.emplace(identity(Command), Database.Commands.size());
    if (New) {
      Command.Ordinal = CommandsOf[Command.File.string()]++;
      Database.Commands.push_back(std::move(Command));
    }
    if (!Target.empty())
      Database.Commands[At->second].Targets.push_back(std::move(Target));
    return {};
  }
};

constexpr const char *DatabaseName = "compile_commands.json";

/// Databases directly in, and in the build folders of, DIRECTORY.
std::vector<fs::path> candidatesAt(const fs::path &Directory) {
  std::vector<fs::path> Found;
  std::error_code Error;
  const auto Try = [&](const fs::path &Folder) {
    if (fs::is_regular_file(Folder / DatabaseName, Error))
      Found.push_back(Folder / DatabaseName);
  };
  Try(Directory);
  if (!Found.empty())
    return Found;
  for (const auto &Build : fs::directory_iterator(
           Directory, fs::directory_options::skip_permission_denied, Error)) {
    if (Build.path().filename().string().rfind("build", 0) != 0 ||
        !Build.is_directory(Error))
      continue;
    Try(Build.path());
    for (const auto &Inner : fs::directory_iterator(
             Build.path(), fs::directory_options::skip_permission_denied,
             Error))
      if (Inner.is_directory(Error))
        Try(Inner.path());
  }
  std::sort(Found.begin(), Found.end(),
            [](const fs::path &A, const fs::path &B) {
              std::error_code Ignored;
              const auto TimeA = fs::last_write_time(A, Ignored);
              const auto TimeB = fs::last_write_time(B, Ignored);
              return TimeA != TimeB ? TimeA > TimeB : A < B;
            });
  return Found;
}

} // namespace

std::variant<FoundDatabase, std::string> findDatabase(const fs::path &Where,
                                                      const fs::path &Cwd) {
  std::error_code Error;
  if (!Where.empty()) {
    const fs::path Given = canonicalPath(Cwd / Where);
    if (fs::is_regular_file(Given, Error))
      return FoundDatabase{Given, {}};
    if (fs::is_regular_file(Given / DatabaseName, Error))
      return FoundDatabase{Given / DatabaseName, {}};
    return "no " + std::string(DatabaseName) + " in '" + Where.string() +
           "'; configure with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, or record "
           "the "
           "build with bear";
  }
  for (fs::path Here = canonicalPath(Cwd);; Here = Here.parent_path()) {
    std::vector<fs::path> Found = candidatesAt(Here);
    if (!Found.empty()) {
      FoundDatabase Result{Found.front(), {}};
      Result.Others.assign(Found.begin() + 1, Found.end());
      return Result;
    }
    if (Here == Here.parent_path() || fs::exists(Here / ".git", Error))
      break;
  }
  return "no " + std::string(DatabaseName) + " in '" + Cwd.string() +
         "', its build folders or its parents; name it with -p DIR (CMake "
         "writes one with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON), or give the "
         "flags: gridlock check FILE... -- FLAGS";
}

std::variant<CompileDatabase, std::string> loadDatabase(const fs::path &Path) {
  return Reader(Path).read();
}

CompileDatabase databaseFromFlags(const std::vector<std::string> &Files,
                                  const std::vector<std::string> &Flags,
                                  const fs::path &Cwd) {
  CompileDatabase Database;
  for (const std::string &Name : Files) {
    CompileCommand Command;
    Command.Directory = Cwd;
    Command.File = canonicalPath(Cwd / Name);
    const auto Same = [&](const CompileCommand &C) {
      return C.File == Command.File;
    };
    if (std::any_of(Database.Commands.begin(), Database.Commands.end(), Same))
      continue;
    std::error_code Ignored;
    std::string Problem;
    if (fs::is_directory(Command.File, Ignored))
      Problem = "is a folder; name its files";
    else if (!fs::is_regular_file(Command.File, Ignored))
      Problem = "no such file";
    else if (asUtf8(Command.File.string()) != Command.File.string())
      Problem = "its path is not UTF-8";
    if (!Problem.empty()) {
      Database.Failed.push_back({Command.File, Problem});
      continue;
    }
    Command.Arguments = {Command.File.extension() == ".c" ? "clang"
                                                          : "clang++"};
    Command.Arguments.insert(Command.Arguments.end(), Flags.begin(),
                             Flags.end());
    if (std::string E = expandResponseFiles(Command.Arguments, Cwd);
        !E.empty()) {
      Database.Failed.push_back({Command.File, E});
      continue;
    }
    Command.Arguments.insert(Command.Arguments.end(),
                             {"-c", Command.File.string()});
    Database.Commands.push_back(std::move(Command));
  }
  return Database;
}

std::string buildTargetOf(const fs::path &Object) {
  fs::path Folder;
  for (const fs::path &Part : Object.lexically_normal().parent_path()) {
    const bool InCMakes = Folder.filename() == "CMakeFiles";
    Folder /= Part;
    if (Part.extension() == ".p" || (InCMakes && Part.extension() == ".dir"))
      return Folder.string();
  }
  return {};
}

std::string filterByPaths(CompileDatabase &Database,
                          const std::vector<std::string> &Paths,
                          const fs::path &Cwd) {
  if (Paths.empty())
    return {};
  std::vector<fs::path> Wanted;
  for (const std::string &Path : Paths)
    Wanted.push_back(canonicalPath(Cwd / Path));
  std::vector<bool> Used(Wanted.size(), false);
  const auto Unwanted = [&](const auto &Item) {
    bool Keep = false;
    for (std::size_t I = 0; I < Wanted.size(); ++I)
      if (isWithin(Item.File, Wanted[I]))
        Used[I] = Keep = true;
    return !Keep;
  };
  std::erase_if(Database.Commands, Unwanted);
  std::erase_if(Database.Failed, Unwanted);
  for (std::size_t I = 0; I < Wanted.size(); ++I) {
    if (Used[I])
      continue;
    std::error_code Ignored;
    return "'" + Paths[I] + "' " +
           (fs::exists(Wanted[I], Ignored) ? "matches no file of '"
                                           : "does not exist, nor is it in '") +
           Database.Path.string() + "'";
  }
  return {};
}

fs::path chooseRoot(const CompileDatabase &Database, const fs::path &Cwd) {
  std::vector<fs::path> Files;
  for (const CompileCommand &Command : Database.Commands)
    Files.push_back(Command.File);
  const fs::path Fallback =
      Database.Path.empty() ? canonicalPath(Cwd) : Database.Path.parent_path();
  if (Files.empty())
    return Fallback;
  std::error_code Error;
  for (fs::path Here = Files.front().parent_path(); Here.has_relative_path();
       Here = Here.parent_path())
    if (fs::exists(Here / ".git", Error))
      return Here;
  fs::path Common = Files.front().parent_path();
  for (const fs::path &File : Files)
    while (!isWithin(File, Common))
      Common = Common.parent_path();
  return Common.has_relative_path() ? Common : Fallback;
}

} // namespace gridlock::driver

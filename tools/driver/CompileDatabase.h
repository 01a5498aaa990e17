// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compile databases (compile_commands.json) as they are in the wild: found,
// read, cleaned and filtered. What can't be analysed is named, never silently
// dropped.
//
// Threads: no state. Cost: linear in the database, plus one stat per file.
// Errors: returned as text of the form `file:line:column: message` where a
// place is known.
#ifndef GRIDLOCK_TOOLS_DRIVER_COMPILEDATABASE_H
#define GRIDLOCK_TOOLS_DRIVER_COMPILEDATABASE_H

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace gridlock::driver {

struct CompileCommand {
  std::filesystem::path Directory;    // absolute
  std::filesystem::path File;         // absolute, canonical
  std::vector<std::string> Arguments; // compiler first; response files expanded
  unsigned Ordinal = 0;               // 0-based among the commands of this file
  std::vector<std::string> Targets;   // see buildTargetOf; none if unknown
};

/// A file that could not be analysed, and why in one line.
struct FailedFile {
  std::filesystem::path File;
  std::string Reason;
};

struct CompileDatabase {
  std::filesystem::path Path; // empty when made from flags
  std::vector<CompileCommand> Commands;
  std::vector<FailedFile> Failed; // missing file, missing response file
  std::vector<std::string> Notes; // what was left out on purpose
};

/// The build target that an object file belongs to, from where CMake and Meson
/// put it (`.../CMakeFiles/server.dir`, `.../server.p`); empty if its path
/// doesn't say.
std::string buildTargetOf(const std::filesystem::path &Object);

struct FoundDatabase {
  std::filesystem::path Path;
  /// Other candidates in the same folder that were older.
  std::vector<std::filesystem::path> Others;
};

/// Where the database is: WHERE (a directory or the file itself) if not empty;
/// else `./`, `build*/`, `build*/*/` of CWD and then of each parent, up to and
/// including the first that has a `.git`. Of several in one place the newest is
/// taken.
std::variant<FoundDatabase, std::string>
findDatabase(const std::filesystem::path &Where,
             const std::filesystem::path &Cwd);

/// Reads a database. Identical commands are merged (the output file does not
/// count, but for its target), languages other than C and C++ are left out with
/// a note.
std::variant<CompileDatabase, std::string>
loadDatabase(const std::filesystem::path &Path);

/// The database of `FILE... -- FLAGS`.
CompileDatabase databaseFromFlags(const std::vector<std::string> &Files,
                                  const std::vector<std::string> &Flags,
                                  const std::filesystem::path &Cwd);

/// Keeps what lies at or below one of PATHS (relative to CWD). Returns an empty
/// string, or the error if one of them doesn't exist or matches nothing.
std::string filterByPaths(CompileDatabase &Database,
                          const std::vector<std::string> &Paths,
                          const std::filesystem::path &Cwd);

/// The root that paths in reports are relative to: the git work tree of the
/// first file; else the deepest folder that holds all files; where that is `/`,
/// the database's folder, or CWD. Does not depend on a path filter if it is
/// called before it.
std::filesystem::path chooseRoot(const CompileDatabase &Database,
                                 const std::filesystem::path &Cwd);

} // namespace gridlock::driver

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The project file `.gridlock.yaml`: what a project says once about its own
// code instead of on every command line. Its keys are described in README.md
// beside this file and in project.schema.json.
//
// Threads: no state. Errors: returned as values, all of them, each with its
// place; exceptions of yaml-cpp do not leave this interface.
#ifndef GRIDLOCK_TOOLS_PROJECT_PROJECT_H
#define GRIDLOCK_TOOLS_PROJECT_PROJECT_H

#include "checks/engine/Engine.h"
#include "rules/UserRules.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gridlock::project {

inline constexpr const char *FileName = ".gridlock.yaml";

/// A finding that matches one glob of each list that is not empty is left out.
struct Exclusion {
  std::vector<std::string> Paths; // relative to the project file's folder
  std::vector<std::string> Functions;
  std::vector<std::string> Checks;
};

struct Project {
  std::filesystem::path File; // absolute; empty: there is none
  std::optional<Profile> Show;
  std::string Checks;
  std::vector<std::string> Rules; // absolute paths
  /// Entries for the functions that the file names; their names may be globs.
  std::vector<unsigned char> Table;
  std::vector<Exclusion> Excluded;

  /// ROOT is what the finding's path is relative to.
  bool excludes(const Finding &F, const std::filesystem::path &Root) const;
};

/// The project file in FROM or the nearest folder above it.
std::optional<std::filesystem::path>
findProject(const std::filesystem::path &From);

std::variant<Project, std::vector<rules::RuleError>>
readProject(const std::filesystem::path &File);

/// The embedded rules, those of the project and MORE; later ones win.
std::variant<rules::Catalogue, std::vector<rules::RuleError>>
loadCatalogue(const Project &P, const std::vector<std::string> &More);

/// Of comma-separated globs those that match no check, as "'GLOB' matches no
/// check; did you mean ...?": each is a typing error.
std::vector<std::string> unmatchedGlobs(const std::string &Globs);

/// "default", "strict" or "pedantic"; nothing else.
std::optional<Profile> profileNamed(std::string_view Name);

} // namespace gridlock::project

#endif

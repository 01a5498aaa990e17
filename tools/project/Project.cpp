// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/project/Project.h"

#include "checks/engine/Annotations.h"
#include "checks/engine/CheckRegistry.h"
#include "checks/engine/Globs.h"
#include "rules/Spelling.h"
#include "rules/compiler/YamlReader.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace gridlock::project {

using rules::Diagnostics;
using rules::Effect;
using rules::EntryT;
using rules::MapReader;
using rules::RuleError;
using rules::Where;

namespace {

constexpr std::int32_t AllArguments = -5;
const std::vector<std::string> ProfileNames = {"default", "strict", "pedantic"};

/// A key that lists functions, and what it says of them.
struct FunctionKey {
  const char *Key;
  std::vector<Effect> Effects;
  Where At;
};
const std::vector<FunctionKey> FunctionKeys = {
    {"roots", {Effect::RunsOnLoop}, Where::Loop},
    {"sinks", {Effect::RunsCallable}, Where::Loop},
    {"offloads",
     {Effect::RunsCallable, Effect::ConsumesTask},
     Where::Elsewhere},
    {"blocking", {Effect::Blocks}, Where::Now},
    {"nonblocking", {Effect::Fine}, Where::Now}};

EntryT entryFor(const FunctionKey &Key, const std::string &Name) {
  EntryT Entry;
  Entry.name = Name;
  Entry.op = std::string("project/") + Key.Key;
  Entry.library = "project";
  Entry.pattern = Name.find('*') != std::string::npos &&
                  Name.find("operator") == std::string::npos;
  Entry.effects = Key.Effects;
  Entry.where = Key.At;
  Entry.overrides = true;
  if (Key.Effects.front() == Effect::RunsCallable)
    Entry.callable = AllArguments;
  if (Key.Effects.front() == Effect::Blocks)
    describeBlocking(Entry);
  return Entry;
}

void checkGlobs(const YAML::Node &Node, const std::string &Globs,
                Diagnostics &D) {
  for (const std::string &Error : unmatchedGlobs(Globs))
    D.error(Node, Error);
}

class Reader {
public:
  Reader(const YAML::Node &Root, Diagnostics &D, const fs::path &Folder)
      : D(D), Folder(Folder), Map(Root, "a project file", keys(), D) {}

  void read(Project &P) {
    if (Map.require("schema") && Map.integer("schema", 1) != 1)
      D.error(Map.at("schema"), "this gridlock reads schema 1");
    if (Map.has("profile"))
      P.Show = profileNamed(ProfileNames[Map.word("profile", ProfileNames, 0)]);
    P.Checks = Map.text("checks");
    if (!P.Checks.empty())
      checkGlobs(Map.at("checks"), P.Checks, D);
    for (const std::string &Rules : Map.texts("rules"))
      P.Rules.push_back((Folder / Rules).lexically_normal().string());
    for (const FunctionKey &Key : FunctionKeys)
      functions(Key);
    if (Map.has("exclude"))
      exclusions(Map.at("exclude"), P);
    P.Table = rules::packEntries(std::move(Entries));
  }

private:
  static std::vector<std::string> keys() {
    std::vector<std::string> Keys = {"schema", "profile", "checks", "rules",
                                     "exclude"};
    for (const FunctionKey &Key : FunctionKeys)
      Keys.push_back(Key.Key);
    return Keys;
  }

  void functions(const FunctionKey &Key) {
    if (!Map.has(Key.Key))
      return;
    Map.texts(Key.Key); // says what is wrong with the list
    if (!Map.at(Key.Key).IsSequence())
      return;
    for (const YAML::Node &Node : Map.at(Key.Key)) {
      if (!rules::isText(Node))
        continue;
      std::string Name = Node.Scalar();
      std::string Plain = Name;
      for (const char *Word : {"(anonymous)", "(lambda)"})
        while (Plain.find(Word) != std::string::npos)
          Plain.erase(Plain.find(Word), std::string_view(Word).size());
      if (Plain.find_first_of("<(, ") != std::string::npos &&
          Plain.find("operator") == std::string::npos)
        D.error(Node, "'" + Name +
                          "' is no qualified name (no template arguments, no "
                          "parameter list; '*' stands for any text)");
      else
        add(entryFor(Key, Name), Node);
    }
  }

  void add(EntryT Entry, const YAML::Node &Node) {
    Entry.file = D.file();
    Entry.line = static_cast<std::uint32_t>(Node.Mark().line + 1);
    Entries.push_back(std::move(Entry));
  }

  void exclusions(const YAML::Node &Node, Project &P) {
    if (!Node.IsSequence())
      return D.error(Node, "'exclude' must be a list of mappings");
    for (const YAML::Node &Item : Node) {
      MapReader One(Item, "an exclusion", {"paths", "functions", "checks"}, D);
      Exclusion E{One.texts("paths"), One.texts("functions"),
                  One.texts("checks")};
      if (Item.IsMap() && Item.size() == 0)
        D.error(Item, "this would exclude everything");
      for (const std::string &Check : E.Checks)
        checkGlobs(One.at("checks"), Check, D);
      P.Excluded.push_back(std::move(E));
    }
  }

  Diagnostics &D;
  fs::path Folder;
  MapReader Map;
  std::vector<EntryT> Entries;
};

bool matchesAny(const std::vector<std::string> &Globs, std::string_view Name) {
  return Globs.empty() ||
         std::any_of(Globs.begin(), Globs.end(), [&](const std::string &Glob) {
           return matchesGlobs(Glob, Name);
         });
}

} // namespace

std::vector<std::string> unmatchedGlobs(const std::string &Globs) {
  std::vector<std::string> Errors, Ids;
  for (const CheckInfo &Info : allChecks())
    Ids.push_back(Info.Id);
  std::size_t Begin = 0;
  while (Begin <= Globs.size()) {
    std::size_t End = std::min(Globs.find(',', Begin), Globs.size());
    std::string Glob = Globs.substr(Begin, End - Begin);
    Glob.erase(0, Glob.find_first_not_of(" -"));
    if (std::none_of(Ids.begin(), Ids.end(), [&](const std::string &Id) {
          return matchesGlobs(Glob, Id);
        })) {
      auto Near = rules::nearest(Glob, Ids);
      Errors.push_back("'" + Glob + "' matches no check" +
                       (Near ? "; did you mean '" + *Near + "'?" : ""));
    }
    Begin = End + 1;
  }
  return Errors;
}

std::optional<Profile> profileNamed(std::string_view Name) {
  for (std::size_t I = 0; I < ProfileNames.size(); ++I)
    if (ProfileNames[I] == Name)
      return static_cast<Profile>(I);
  return std::nullopt;
}

bool Project::excludes(const Finding &F, const fs::path &Root) const {
  if (Excluded.empty())
    return false;
  const std::string Path = (Root / F.Where.File)
                               .lexically_normal()
                               .lexically_relative(File.parent_path())
                               .generic_string();
  return std::any_of(Excluded.begin(), Excluded.end(), [&](const Exclusion &E) {
    return matchesAny(E.Paths, Path) && matchesAny(E.Functions, F.Function) &&
           matchesAny(E.Checks, F.Rule);
  });
}

std::optional<fs::path> findProject(const fs::path &From) {
  std::error_code Ignored;
  for (fs::path Folder = fs::absolute(From, Ignored).lexically_normal();;
       Folder = Folder.parent_path()) {
    if (fs::is_regular_file(Folder / FileName, Ignored))
      return Folder / FileName;
    if (Folder == Folder.parent_path())
      return std::nullopt;
  }
}

std::variant<Project, std::vector<RuleError>>
readProject(const fs::path &File) {
  Project Result;
  std::error_code Ignored;
  Result.File = fs::weakly_canonical(File, Ignored);
  std::vector<RuleError> Errors;
  rules::readDocument(File.string(), Errors,
                      [&](const YAML::Node &Root, Diagnostics &D) {
                        Reader(Root, D, Result.File.parent_path()).read(Result);
                      });
  if (!Errors.empty())
    return Errors;
  return Result;
}

std::variant<rules::Catalogue, std::vector<RuleError>>
loadCatalogue(const Project &P, const std::vector<std::string> &More) {
  std::vector<std::string> Files = P.Rules;
  Files.insert(Files.end(), More.begin(), More.end());
  auto Loaded = rules::loadCatalogue(Files);
  if (auto *Rules = std::get_if<rules::Catalogue>(&Loaded);
      Rules && !P.Table.empty())
    if (std::string Error = Rules->add(P.Table); !Error.empty())
      return std::vector<RuleError>{{P.File.string(), 0, 0, Error}};
  return Loaded;
}

} // namespace gridlock::project

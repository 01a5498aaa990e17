// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/RuleNames.h"

#include "checks/facts/Range.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace gridlock::cli {

namespace {

constexpr std::string_view Separator = "::";

/// The first and the last part of a qualified name; both empty for a name of
/// one part.
std::pair<std::string_view, std::string_view> ends(std::string_view Name) {
  const std::size_t First = Name.find(Separator), Last = Name.rfind(Separator);
  if (First == std::string_view::npos)
    return {};
  return {Name.substr(0, First), Name.substr(Last + Separator.size())};
}

/// The entries that were not built in. The project file's own names are the
/// engine's to tell.
std::vector<const rules::Entry *> addedEntries(const rules::Catalogue &Rules) {
  const auto Embedded = rules::Catalogue::embedded().all();
  const std::set<const rules::Entry *> BuiltIn(Embedded.begin(),
                                               Embedded.end());
  std::vector<const rules::Entry *> Added;
  for (const rules::Entry *Entry : Rules.all())
    if (!BuiltIn.contains(Entry) &&
        Entry->library()->string_view() != "project")
      Added.push_back(Entry);
  return Added;
}

} // namespace

std::vector<std::string> unusedRuleNames(const rules::Catalogue &Rules,
                                         const std::vector<FactsFile> &Facts) {
  const auto Added = addedEntries(Rules);
  if (Added.empty())
    return {};
  std::set<std::string_view> Ruled, Seen;
  for (const rules::Entry *Entry : Added)
    Ruled.insert(Entry->name()->string_view());
  std::map<std::pair<std::string_view, std::string_view>, std::string_view>
      ByEnds;
  for (const FactsFile &File : Facts) {
    for (const facts::Type *Type : each(File.root().types()))
      Seen.insert(File.string(Type->name()));
    for (const facts::Symbol *Symbol : each(File.root().symbols())) {
      const std::string_view Name = File.string(Symbol->qualified());
      if (Seen.insert(Name).second && !Ruled.contains(Name))
        ByEnds.emplace(ends(Name), Name);
    }
  }
  std::set<std::string> Told; // an entry stands for each variant of a name
  for (const rules::Entry *Entry : Added) {
    const std::string_view Name = Entry->name()->string_view();
    const auto Near = ByEnds.find(ends(Name));
    if (!Seen.contains(Name) && !ends(Name).first.empty() &&
        Near != ByEnds.end())
      Told.insert(Entry->file()->str() + ":" + std::to_string(Entry->line()) +
                  ": '" + std::string(Name) +
                  "' is the name of no function in what was analysed; did you "
                  "mean '" +
                  std::string(Near->second) + "'?");
  }
  return {Told.begin(), Told.end()};
}

} // namespace gridlock::cli

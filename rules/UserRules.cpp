// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/UserRules.h"

#include <fstream>
#include <iterator>

namespace gridlock::rules {

static bool isCompiled(const std::string &File) {
  return File.ends_with(".glkr");
}

std::vector<std::string> guideRowIds() {
  std::vector<std::string> Ids;
  for (const GuideRow *Row : Catalogue::embedded().guide())
    Ids.push_back(Row->id()->str());
  return Ids;
}

static std::string addCompiled(Catalogue &Rules, const std::string &File) {
  std::ifstream Stream(File, std::ios::binary);
  if (!Stream)
    return "cannot be read";
  return Rules.add({std::istreambuf_iterator<char>(Stream),
                    std::istreambuf_iterator<char>()});
}

std::variant<Catalogue, std::vector<RuleError>>
loadCatalogue(const std::vector<std::string> &Files) {
  Catalogue Rules = Catalogue::embedded();
  std::vector<RuleError> Errors;
  std::vector<std::string> Yaml;
  for (const std::string &File : Files) {
    if (!isCompiled(File))
      Yaml.push_back(File);
    else if (std::string Error = addCompiled(Rules, File); !Error.empty())
      Errors.push_back({File, 0, 0, std::move(Error)});
  }
  if (!Yaml.empty()) {
    CompileOptions Options;
    Options.GuideRows = guideRowIds();
    auto Compiled = compileRules(Yaml, Options);
    if (auto *Found = std::get_if<std::vector<RuleError>>(&Compiled))
      Errors.insert(Errors.end(), Found->begin(), Found->end());
    else if (std::string Error = Rules.add(
                 std::get<std::vector<unsigned char>>(std::move(Compiled)));
             !Error.empty())
      Errors.push_back({Yaml.front(), 0, 0, std::move(Error)});
  }
  if (!Errors.empty())
    return Errors;
  return Rules;
}

} // namespace gridlock::rules

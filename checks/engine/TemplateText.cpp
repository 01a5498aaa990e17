// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/TemplateText.h"

namespace gridlock {

namespace {

constexpr std::size_t LongestName = 60;

/// The length of the operator's name after `operator` at the end of BEFORE, if
/// AFTER starts with one that has brackets in it.
std::size_t operatorLength(std::string_view Before, std::string_view After) {
  if (!Before.ends_with("operator"))
    return 0;
  for (const std::string_view Name :
       {"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"})
    if (After.starts_with(Name))
      return Name.size();
  return 0;
}

} // namespace

std::string cutTemplates(std::string_view Text, unsigned Levels,
                         std::string_view Instead) {
  if (Text.find('<') == std::string_view::npos)
    return std::string(Text);
  std::string Result;
  unsigned Depth = 0;
  for (std::size_t I = 0; I < Text.size(); ++I) {
    const std::size_t Operator =
        operatorLength(Text.substr(0, I), Text.substr(I));
    if (Operator == 0 && Text[I] == '<' && ++Depth == Levels + 1)
      Result += Instead;
    else if (Depth <= Levels)
      Result += Text.substr(I, Operator ? Operator : 1);
    if (Operator != 0)
      I += Operator - 1;
    else if (Text[I] == '>' && Depth != 0 && Text.substr(0, I).back() != '-')
      --Depth;
  }
  return Result;
}

std::string shortName(std::string_view Name) {
  for (const unsigned Levels : {4u, 3u, 2u, 1u}) {
    if (Name.size() <= LongestName)
      break;
    std::string Shorter = cutTemplates(Name, Levels, "<...>");
    if (Shorter.size() <= LongestName)
      return Shorter;
  }
  return Name.size() <= LongestName ? std::string(Name)
                                    : cutTemplates(Name, 0, "<...>");
}

} // namespace gridlock

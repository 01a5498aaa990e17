// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/LinkUnits.h"

#include <algorithm>

namespace gridlock {

namespace {

/// How many leading folders two paths share.
std::size_t sharedFolders(std::string_view A, std::string_view B) {
  auto [End, Other] = std::mismatch(A.begin(), A.end(), B.begin(), B.end());
  return static_cast<std::size_t>(std::count(A.begin(), End, '/'));
}

} // namespace

void LinkUnits::defined(std::uint32_t Name, std::string_view File) {
  if (First.size() <= Name)
    First.resize(Name + 1);
  if (First[Name].data() == nullptr)
    First[Name] = File;
  else if (First[Name] != File)
    Several[Name].insert({First[Name], File});
}

std::string_view LinkUnits::homeOf(std::uint32_t Name,
                                   std::string_view MainFile) const {
  auto Homes = Several.find(Name);
  if (Homes == Several.end())
    return {};
  return *std::max_element(Homes->second.begin(), Homes->second.end(),
                           [&](std::string_view A, std::string_view B) {
                             return sharedFolders(A, MainFile) <
                                    sharedFolders(B, MainFile);
                           });
}

} // namespace gridlock

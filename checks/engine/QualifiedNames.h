// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of qualified names ("std::mutex::lock") as facts and catalogue spell
// them. Pure; linear in the name.
#ifndef GRIDLOCK_ENGINE_QUALIFIEDNAMES_H
#define GRIDLOCK_ENGINE_QUALIFIEDNAMES_H

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace gridlock {

/// "lock" of "std::mutex::lock". By hand: rfind("::") makes a call at each
/// place.
inline std::string_view lastComponent(std::string_view Name) {
  for (std::size_t I = Name.size(); I > 1; --I)
    if (Name[I - 1] == ':' && Name[I - 2] == ':')
      return Name.substr(I);
  return Name;
}

/// For comparing words in names, however they are spelled.
inline std::string lowerCase(std::string_view Name) {
  std::string Lower(Name);
  std::transform(
      Lower.begin(), Lower.end(), Lower.begin(),
      [](unsigned char C) { return static_cast<char>(std::tolower(C)); });
  return Lower;
}

} // namespace gridlock

#endif

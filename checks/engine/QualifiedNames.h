// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of qualified names ("std::mutex::lock") as facts and catalogue spell
// them. Pure; linear in the name.
#ifndef GRIDLOCK_ENGINE_QUALIFIEDNAMES_H
#define GRIDLOCK_ENGINE_QUALIFIEDNAMES_H

#include <string_view>

namespace gridlock {

/// "lock" of "std::mutex::lock".
inline std::string_view lastComponent(std::string_view Name) {
  std::size_t Colons = Name.rfind("::");
  return Colons == std::string_view::npos ? Name : Name.substr(Colons + 2);
}

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/TextHash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace gridlock {

std::size_t TextHash::operator()(std::string_view Name) const noexcept {
  return XXH3_64bits(Name.data(), Name.size());
}

} // namespace gridlock

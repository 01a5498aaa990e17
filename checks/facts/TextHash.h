// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hash of names for tables in memory: XXH3 (xxhash.h of libxxhash-dev),
// which costs a third of the standard library's for names of usual length.
// Never stored: it may be another one in another version.
//
// Threads: any.
#ifndef GRIDLOCK_FACTS_TEXTHASH_H
#define GRIDLOCK_FACTS_TEXTHASH_H

#include <cstddef>
#include <string_view>

namespace gridlock {

struct TextHash {
  std::size_t operator()(std::string_view Name) const noexcept;
};

} // namespace gridlock

#endif

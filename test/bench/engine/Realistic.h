// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shape `realistic` of Programs.h.
#ifndef GRIDLOCK_TEST_BENCH_ENGINE_REALISTIC_H
#define GRIDLOCK_TEST_BENCH_ENGINE_REALISTIC_H

#include <cstdint>
#include <filesystem>

namespace gridlock::bench {

void writeRealistic(std::uint32_t Size, const std::filesystem::path &Folder);

} // namespace gridlock::bench

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/NumberTable.h"

#include <gtest/gtest.h>

using namespace gridlock;

namespace {

TEST(NumberTable, FindsWhatWasAddedAndNothingElse) {
  NumberTable Table;
  auto Any = [](std::uint32_t) { return true; };
  EXPECT_EQ(Table.find(1, Any), NumberTable::None);
  for (std::uint32_t N = 0; N < 10000; ++N)
    Table.add(N * 64, N);
  for (std::uint32_t N = 0; N < 10000; ++N)
    ASSERT_EQ(Table.find(N * 64, [&](std::uint32_t I) { return I == N; }), N);
  EXPECT_EQ(Table.find(7, [](std::uint32_t I) { return I == 10000; }),
            NumberTable::None);
}

TEST(NumberTable, TellsApartWhatHasOneHash) {
  NumberTable Table;
  for (std::uint32_t N = 0; N < 100; ++N)
    Table.add(5, N);
  for (std::uint32_t N = 0; N < 100; ++N)
    EXPECT_EQ(Table.find(5, [&](std::uint32_t I) { return I == N; }), N);
  EXPECT_EQ(Table.find(5, [](std::uint32_t) { return false; }),
            NumberTable::None);
}

} // namespace

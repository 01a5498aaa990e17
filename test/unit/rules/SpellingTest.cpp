// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/Spelling.h"

#include <gtest/gtest.h>

using namespace gridlock::rules;

TEST(Spelling, EnumeratorsBecomeWords) {
  EXPECT_EQ(toYamlWord("Blocks"), "blocks");
  EXPECT_EQ(toYamlWord("NonblockingDescriptor"), "nonblocking-descriptor");
}

TEST(Spelling, NearestIsALikelyTypingError) {
  std::vector<std::string> Words{"category", "callable", "cost"};
  EXPECT_EQ(nearest("categroy", Words), "category");
  EXPECT_EQ(nearest("cst", Words), "cost");
  EXPECT_EQ(nearest("xyzzyx", Words), std::nullopt);
  EXPECT_EQ(nearest("cost", {}), std::nullopt);
}

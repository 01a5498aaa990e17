// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LoopTimes.h"

#include "runtime-monitor/loops/Histogram.h"

#include <gtest/gtest.h>

using namespace gridlock::symbolize;
using gridlock::monitor::Bucket;
using gridlock::monitor::Histogram;

TEST(Histogram, BucketsCoverAllDurationsToThreePercent) {
  std::uint32_t Last = 0;
  for (std::uint64_t Ns = 1; Ns < std::uint64_t{1} << 43; Ns += Ns / 37 + 1) {
    const std::uint32_t Index = Histogram::index(Ns);
    ASSERT_LT(Index, Histogram::Size);
    ASSERT_GE(Index, Last);
    Last = Index;
    ASSERT_LE(Histogram::lowest(Index), Ns);
    ASSERT_LT(Ns, Histogram::lowest(Index + 1));
    if (Index == 0)
      continue;
    ASSERT_NEAR(static_cast<double>(Histogram::middle(Index)),
                static_cast<double>(Ns), 0.0326 * static_cast<double>(Ns));
  }
  EXPECT_EQ(Histogram::index(~std::uint64_t{0}), Histogram::Size - 1);
}

TEST(LoopTimes, QuantilesCountIterations) {
  const std::vector<Bucket> Buckets = {{Histogram::index(1000), 99},
                                       {Histogram::index(1000000), 1}};
  EXPECT_NEAR(static_cast<double>(quantile(Buckets, 0.5)), 1000, 40);
  EXPECT_NEAR(static_cast<double>(quantile(Buckets, 0.995)), 1000000, 40000);
  EXPECT_EQ(quantile({}, 0.5), 0u);
}

TEST(LoopTimes, LagIsNotHiddenByManyShortIterations) {
  // A minute with a million iterations of 1 us and one of 30 s: an event that
  // comes at a random moment has an even chance to wait for long.
  const std::vector<Bucket> Buckets = {{Histogram::index(1000), 1000000},
                                       {Histogram::index(30000000000), 1}};
  EXPECT_LT(quantile(Buckets, 0.99), 2000u);
  const double Lag =
      static_cast<double>(lagQuantile(Buckets, 60000000000, 0.99));
  EXPECT_NEAR(Lag, 29.4e9, 1e9); // 30 s less 1 % of the minute
  EXPECT_EQ(lagQuantile({}, 0, 0.99), 0u);
}

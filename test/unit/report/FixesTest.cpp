// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Edits: made together, refused where they are not sure to be right, written
// so that clang-apply-replacements takes them.
#include "tools/report/Fixes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace gridlock;
using namespace gridlock::report;
namespace fs = std::filesystem;

namespace {

class Fixes : public ::testing::Test {
protected:
  void SetUp() override {
    std::string Name = ::testing::TempDir() + "/gridlock-fixes-XXXXXX";
    ASSERT_NE(::mkdtemp(Name.data()), nullptr);
    R.Root = Name;
  }
  void TearDown() override { fs::remove_all(R.Root); }

  void write(const std::string &File, const std::string &Text) {
    std::ofstream(R.Root / File, std::ios::binary) << Text;
    R.Contents[File] = XXH3_64bits(Text.data(), Text.size());
  }
  std::string read(const std::string &File) const {
    std::stringstream Text;
    Text << std::ifstream(R.Root / File, std::ios::binary).rdbuf();
    return Text.str();
  }
  void find(std::vector<Edit> Fix) {
    Finding F;
    F.Rule = "gridlock-rule";
    F.Message = "message";
    F.Where = Fix.front().Begin;
    F.Fix = std::move(Fix);
    R.Findings.push_back(std::move(F));
  }
  FixPlan fix() const {
    FixPlan Plan = planFixes(R);
    EXPECT_EQ(applyFixes(Plan), "");
    return Plan;
  }

  Report R;
};

TEST_F(Fixes, AreMadeTogether) {
  write("a.cpp", "{\n  m.lock();\n  work();\r\n\tm.unlock(); \n}\n");
  write("b.cpp", "x");
  find({{{"a.cpp", 2, 3}, 2, 12, "Guard G(m);"},
        {{"a.cpp", 4, 2}, 4, 13, ""},
        {{"b.cpp", 1, 2}, 1, 2, ";"}});
  find({{{"a.cpp", 3, 3}, 3, 3, "co_await "}});
  const fs::perms Mode = fs::perms::owner_all | fs::perms::group_read;
  fs::permissions(R.Root / "a.cpp", Mode);
  const FixPlan Plan = fix();
  EXPECT_EQ(Plan.Fixes.size(), 2u);
  EXPECT_TRUE(Plan.Refused.empty());
  EXPECT_EQ(read("a.cpp"), "{\n  Guard G(m);\n  co_await work();\r\n}\n");
  EXPECT_EQ(read("b.cpp"), "x;");
  EXPECT_EQ(fs::status(R.Root / "a.cpp").permissions(), Mode);
  EXPECT_EQ(std::distance(fs::directory_iterator(R.Root), {}), 2)
      << "no temporary files stay";
}

TEST_F(Fixes, OfAFileThatHasChangedAreRefusedAsAWhole) {
  write("a.cpp", "one");
  write("b.cpp", "two");
  std::ofstream(R.Root / "b.cpp") << "other";
  find({{{"a.cpp", 1, 1}, 1, 2, "O"}, {{"b.cpp", 1, 1}, 1, 2, "T"}});
  const FixPlan Plan = fix();
  EXPECT_TRUE(Plan.Fixes.empty());
  ASSERT_EQ(Plan.Refused.size(), 1u);
  EXPECT_EQ(Plan.Refused[0],
            "a.cpp:1:1: not fixed: 'b.cpp': the file has changed since it was "
            "analysed; run gridlock check again");
  EXPECT_EQ(read("a.cpp"), "one");
  EXPECT_EQ(read("b.cpp"), "other");
}

TEST_F(Fixes, ThatOverlapAreRefusedButEqualOnesAreOne) {
  write("a.cpp", "abcdef\n");
  find({{{"a.cpp", 1, 1}, 1, 4, "X"}});
  find({{{"a.cpp", 1, 3}, 1, 5, "Y"}});
  find({{{"a.cpp", 1, 6}, 1, 6, "+"}});
  find({{{"a.cpp", 1, 6}, 1, 6, "+"}});
  const FixPlan Plan = fix();
  EXPECT_EQ(Plan.Refused.size(), 2u);
  EXPECT_EQ(read("a.cpp"), "abcde+f\n");
}

TEST_F(Fixes, InOneLongLineAreAllCompared) {
  write("a.cpp", "abcdefghij\n");
  find({{{"a.cpp", 1, 1}, 1, 10, "X"}});
  find({{{"a.cpp", 1, 2}, 1, 3, "Y"}});
  find({{{"a.cpp", 1, 7}, 1, 8, "Z"}});
  EXPECT_EQ(fix().Refused.size(), 3u);
  EXPECT_EQ(read("a.cpp"), "abcdefghij\n");
}

TEST_F(Fixes, OutsideTheRootOrTheFileAreRefused) {
  write("a.cpp", "a\n");
  find({{{"a.cpp", 7, 1}, 7, 1, "x"}});
  find({{{"a.cpp", 1, 9}, 1, 9, "x"}});
  find({{{"/etc/hostname", 1, 1}, 1, 1, "x"}});
  const FixPlan Plan = fix();
  EXPECT_EQ(Plan.Refused.size(), 3u);
  EXPECT_TRUE(Plan.Fixes.empty());
}

TEST_F(Fixes, AreWrittenWithOffsets) {
  write("a.cpp", "first\n\xc3\xa4 = f();\n");
  find({{{"a.cpp", 2, 6}, 2, 6, "co_await "}});
  std::ostringstream Out;
  writeFixes(Out, R, planFixes(R));
  const auto Root = nlohmann::json::parse(Out.str());
  const auto &D = Root["Diagnostics"][0];
  EXPECT_EQ(D["DiagnosticName"], "gridlock-rule");
  const auto &E = D["DiagnosticMessage"]["Replacements"][0];
  EXPECT_EQ(E["FilePath"], (R.Root / "a.cpp").string());
  EXPECT_EQ(E["Offset"], 11);
  EXPECT_EQ(E["Length"], 0);
  EXPECT_EQ(E["ReplacementText"], "co_await ");
}

} // namespace

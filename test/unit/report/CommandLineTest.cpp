// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Splitting of shell commands and response files.
#include "tools/driver/CommandLine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace gridlock::driver;

namespace {

Arguments split(std::string_view Text) {
  auto Result = splitShell(Text);
  if (const auto *Error = std::get_if<std::string>(&Result))
    return {"error: " + *Error};
  return std::get<Arguments>(Result);
}

TEST(SplitShell, FollowsTheShellsQuotingRules) {
  struct {
    const char *Text;
    Arguments Expected;
  } Cases[] = {
      {"", {}},
      {"  \t\n ", {}},
      {"clang++ -c  a.cpp ", {"clang++", "-c", "a.cpp"}},
      {R"(-DNAME=\"x\")", {R"(-DNAME="x")"}},
      {R"('-DA="b c"' "-DE=f g")", {R"(-DA="b c")", "-DE=f g"}},
      {R"(-D'A'=1"2"3)", {"-DA=123"}},
      {R"("a\"b" "a\\b" "a\nb")", {"a\"b", "a\\b", R"(a\nb)"}},
      {R"('a\b' a\ b)", {R"(a\b)", "a b"}},
      {R"(a '' "" b)", {"a", "", "", "b"}},
      {R"("\$HOME" "$HOME")", {"$HOME", "$HOME"}},
      {"a\\\nb \"c\\\nd\"", {"ab", "cd"}},
      {"-I/\xc3\xa4/x", {"-I/\xc3\xa4/x"}},
  };
  for (const auto &Case : Cases)
    EXPECT_EQ(split(Case.Text), Case.Expected) << Case.Text;
}

TEST(SplitShell, SaysWhatIsNotClosed) {
  EXPECT_EQ(split("a 'b"),
            Arguments{"error: single quote at character 3 is never closed"});
  EXPECT_EQ(split("a \"b\\\""),
            Arguments{"error: double quote at character 3 is never closed"});
  EXPECT_EQ(split("a\\"),
            Arguments{"error: backslash at the end of the command"});
}

TEST(SplitResponse, TakesBackslashesLiterallyInQuotesToo) {
  EXPECT_EQ(splitResponse("-Ia\n-D'x y'\t\"q\\\"r\" 'i\\'j' a\\ b ''"),
            (Arguments{"-Ia", "-Dx y", "q\"r", "i'j", "a b", ""}));
}

class ResponseFiles : public ::testing::Test {
protected:
  std::filesystem::path Folder =
      std::filesystem::path(::testing::TempDir()) / "gridlock-response";
  void SetUp() override { std::filesystem::create_directories(Folder); }
  void write(const char *Name, const char *Text) {
    std::ofstream(Folder / Name) << Text;
  }
};

TEST_F(ResponseFiles, AreReplacedByTheirContentNestedToo) {
  write("one.rsp", "-DA @two.rsp -DC");
  write("two.rsp", "-DB");
  Arguments Args{"clang++", "@one.rsp", "-c", "@"};
  EXPECT_EQ(expandResponseFiles(Args, Folder), "");
  EXPECT_EQ(Args, (Arguments{"clang++", "-DA", "-DB", "-DC", "-c", "@"}));
}

TEST_F(ResponseFiles, ThatAreMissingOrCircularAreNamed) {
  Arguments Missing{"clang++", "@absent.modmap"};
  EXPECT_NE(expandResponseFiles(Missing, Folder).find("absent.modmap"),
            std::string::npos);
  EXPECT_EQ(Missing.size(), 2u);
  write("loop.rsp", "@loop.rsp");
  Arguments Loop{"@loop.rsp"};
  EXPECT_NE(expandResponseFiles(Loop, Folder).find("too deeply"),
            std::string::npos);
}

} // namespace

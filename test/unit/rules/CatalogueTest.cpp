// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/UserRules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace gridlock::rules;

namespace {

std::string ruleFor(const std::string &Name, const std::string &Category) {
  return "schema: 1\nlibrary: mine\ntitle: Mine\nlanguage: c++\n"
         "source: https://example.org/\nproof: {kind: none}\nfunctions:\n"
         "  - names: [" +
         Name + "]\n    does: [blocks]\n    category: " + Category +
         "\n    cost: bounded\n";
}

class UserRules : public testing::Test {
protected:
  void SetUp() override {
    Folder = std::filesystem::path(testing::TempDir()) / "gridlock-rules-test";
    std::filesystem::create_directories(Folder);
  }
  void TearDown() override { std::filesystem::remove_all(Folder); }
  std::string file(const std::string &Text) {
    std::string Path = (Folder / "mine.yaml").string();
    std::ofstream(Path) << Text;
    return Path;
  }
  std::vector<unsigned char> compiled(const std::string &Text) {
    return std::get<std::vector<unsigned char>>(compileRules({file(Text)}));
  }
  std::filesystem::path Folder;
};

TEST(Catalogue, IsSortedAndFindsEveryName) {
  Catalogue Rules = Catalogue::embedded();
  auto All = Rules.all();
  ASSERT_GT(All.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(
      All.begin(), All.end(), [](const Entry *A, const Entry *B) {
        return A->name()->string_view() < B->name()->string_view();
      }));
  for (const Entry *E : All) {
    auto Found = Rules.find(E->name()->string_view());
    EXPECT_NE(std::find(Found.begin(), Found.end(), E), Found.end())
        << E->name()->str();
  }
  EXPECT_TRUE(Rules.find("no::such::function").empty());
  EXPECT_TRUE(Rules.find("").empty());
}

TEST(Catalogue, HasBothSpellingsOfANamespace) {
  Catalogue Rules = Catalogue::embedded();
  auto Boost = Rules.find("boost::asio::read"),
       Alone = Rules.find("asio::read");
  ASSERT_FALSE(Boost.empty());
  ASSERT_EQ(Boost.size(), Alone.size());
  EXPECT_EQ(Boost[0]->op()->str(), Alone[0]->op()->str());
}

TEST_F(UserRules, HideEmbeddedEntriesOfTheSameName) {
  Catalogue Rules = Catalogue::embedded();
  std::size_t Before = Rules.all().size();
  std::size_t Variants = Rules.find("recv").size();
  ASSERT_EQ(Rules.add(compiled(ruleFor("recv", "file"))), "");
  auto Found = Rules.find("recv");
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0]->op()->str(), "mine/recv");
  EXPECT_EQ(Rules.all().size(), Before - Variants + 1);
}

TEST_F(UserRules, StayValidInCopiesOfTheCatalogue) {
  auto Copy = std::make_unique<Catalogue>();
  {
    Catalogue Rules = Catalogue::embedded();
    ASSERT_EQ(Rules.add(compiled(ruleFor("mine_wait", "wait"))), "");
    *Copy = Rules;
  }
  ASSERT_EQ(Copy->find("mine_wait").size(), 1u);
  EXPECT_EQ(Copy->find("mine_wait")[0]->category(), Category::Wait);
}

TEST_F(UserRules, BadBuffersAreRefused) {
  Catalogue Rules = Catalogue::embedded();
  std::vector<unsigned char> Good = compiled(ruleFor("mine_wait", "wait"));
  EXPECT_NE(Rules.add({}), "");
  EXPECT_NE(Rules.add({1, 2, 3, 4, 5, 6, 7, 8, 9}), "");
  for (std::size_t Size = 0; Size + 8 < Good.size(); Size += 7)
    EXPECT_NE(Rules.add({Good.begin(), Good.begin() + Size}), "") << Size;
  std::vector<unsigned char> Newer = Good;
  auto *Root = flatbuffers::GetMutableRoot<flatbuffers::Table>(Newer.data());
  Root->SetField<std::uint32_t>(RuleTable::VT_VERSION, CatalogueVersion + 1, 0);
  EXPECT_NE(Rules.add(Newer).find("version"), std::string::npos);
  EXPECT_TRUE(Rules.find("mine_wait").empty());
}

TEST_F(UserRules, ErrorsAreValuesWithPlaces) {
  auto Result = loadCatalogue({file(ruleFor("mine wait", "wiat"))});
  auto *Errors = std::get_if<std::vector<RuleError>>(&Result);
  ASSERT_NE(Errors, nullptr);
  ASSERT_EQ(Errors->size(), 2u); // all of them at once
  EXPECT_EQ((*Errors)[0].Line, 10u);
  EXPECT_EQ((*Errors)[0].Column, 15u);
  EXPECT_NE((*Errors)[0].text().find(
                "mine.yaml:10:15: unknown value of 'category': 'wiat'"),
            std::string::npos);
}

} // namespace

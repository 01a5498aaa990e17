// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/TemplateText.h"

#include <gtest/gtest.h>

using namespace gridlock;

TEST(TemplateText, CutsFromALevelOn) {
  EXPECT_EQ(cutTemplates("f<a<b<int>>, c>::g", 0, ""), "f::g");
  EXPECT_EQ(cutTemplates("f<a<b<int>>, c>::g", 0, "<...>"), "f<...>::g");
  EXPECT_EQ(cutTemplates("f<a<b<int>>, c>::g", 1, "<...>"), "f<a<...>, c>::g");
  EXPECT_EQ(cutTemplates("f<a<b<int>>, c>::g", 9, "<...>"),
            "f<a<b<int>>, c>::g");
}

TEST(TemplateText, OperatorsAreNoBrackets) {
  for (const char *Name : {"C::operator<", "C::operator->", "C::operator<=>",
                           "C::operator>>=", "s->m is taken by 'f'"})
    EXPECT_EQ(cutTemplates(Name, 0, ""), Name);
  EXPECT_EQ(cutTemplates("'operator<<<int>' calls 'g<f->x>' here", 0, ""),
            "'operator<<' calls 'g' here");
}

TEST(TemplateText, ShortNamesLoseTheInnermostFirst) {
  EXPECT_EQ(shortName("apply<std::vector<int>>"), "apply<std::vector<int>>");
  const std::string Long = "std::pair<std::string, std::pair<int, long>>";
  EXPECT_EQ(shortName("apply<std::vector<" + Long + ">, int>"),
            "apply<std::vector<std::pair<...>>, int>");
  EXPECT_EQ(shortName("apply<" + Long + ", " + Long + ">"),
            "apply<std::pair<...>, std::pair<...>>");
  const std::string Name(80, 'x');
  EXPECT_EQ(shortName(Name), Name);
  EXPECT_EQ(shortName("f<" + Name + ">"), "f<...>");
}

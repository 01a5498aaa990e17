// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Names.h"

#include <gtest/gtest.h>

using namespace gridlock::symbolize;

TEST(Names, AreWrittenAsTheChecksWriteThem) {
  const std::pair<const char *, const char *> Cases[] = {
      {"main", "main"},
      {"ns::Class::method(int, char const*) const", "ns::Class::method"},
      {"std::vector<int, std::allocator<int> >::push_back(int const&)",
       "std::vector::push_back"},
      {"void ns::f<int, (anonymous namespace)::T>(int)", "ns::f"},
      {"(anonymous namespace)::Cache::get(int)", "(anonymous)::Cache::get"},
      {"(anonymous)::Cache::get((anonymous)::T)", "(anonymous)::Cache::get"},
      {"task {anonymous}::Cache::load(int)", "(anonymous)::Cache::load"},
      {"std::__cxx11::basic_string<char>::size() const",
       "std::basic_string::size"},
      {"std::chrono::_V2::steady_clock::now()",
       "std::chrono::steady_clock::now"},
      {"main::{lambda(int)#1}::operator()(int) const", "main"},
      {"ns::f(int)::{lambda()#2}::operator()() const", "ns::f"},
      {"ns::f(int)::Local::g()", "ns::f::Local::g"},
      {"ns::operator<<(std::ostream&, ns::T const&)", "ns::operator<<"},
      {"ns::T::operator()(int)", "ns::T::operator()"},
      {"bool ns::operator< <int>(ns::T<int> const&, ns::T<int> const&)",
       "ns::operator<"},
      {"ns::T::operator->() const", "ns::T::operator->"},
      {"ns::T::operator bool() const", "ns::T::operator bool"},
      {"ns::spin() [clone .part.0]", "ns::spin"},
      {"std::__1::lock_guard<std::__1::mutex>::lock_guard[abi:ne190107](int)",
       "std::lock_guard::lock_guard"},
      {"ns::name[abi:cxx11](ns::T[abi:v1] const&)", "ns::name"},
      {"std::function<void (int)>::operator()(int) const",
       "std::function::operator()"},
  };
  for (auto [From, To] : Cases)
    EXPECT_EQ(qualifiedName(From), To) << From;
}

TEST(Names, CoroutineBodiesAreTheirCoroutines) {
  const std::string Gcc = demangle("_Z4slowiPZ4sloiE15_Z4slowi.Frame.actor");
  EXPECT_EQ(qualifiedName(Gcc), "slow");
  EXPECT_TRUE(isCoroutinePart(Gcc));
  const std::string Clang = demangle("_Z4slowi.resume");
  EXPECT_EQ(qualifiedName(Clang), "slow");
  EXPECT_TRUE(isCoroutinePart(Clang));
  EXPECT_FALSE(isCoroutinePart(demangle("_Z4slowi")));
}

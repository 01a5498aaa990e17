// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Suppressions.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace gridlock::symbolize {

namespace {

constexpr std::string_view Prefix = "gridlock-";
constexpr std::string_view Library = "called_from_lib";
constexpr std::string_view Kinds[] = {"blocking-in-callback",
                                      "blocking-in-coroutine",
                                      "blocking-under-lock",
                                      "deadlock",
                                      "lock-contention",
                                      "lock-order",
                                      "loop-stall",
                                      "lock-across-suspension",
                                      "unawaited-task",
                                      Library};

std::string_view trimmed(std::string_view Text) {
  const std::size_t From = Text.find_first_not_of(" \t\r");
  if (From == std::string_view::npos)
    return {};
  return Text.substr(From, Text.find_last_not_of(" \t\r") - From + 1);
}

bool matchesFrame(const std::string &Pattern, const Frame &F) {
  return matchesPattern(Pattern, F.Function) ||
         matchesPattern(Pattern, F.Display) ||
         matchesPattern(Pattern, F.Where.File) ||
         matchesPattern(Pattern, F.Module);
}

} // namespace

bool matchesPattern(std::string_view Pattern, std::string_view Text) {
  if (Text.empty())
    return false;
  bool Anchored = Pattern.starts_with('^');
  Pattern.remove_prefix(Anchored);
  const bool ToEnd = Pattern.ends_with('$');
  Pattern.remove_suffix(ToEnd);
  for (;;) {
    const std::size_t Star = Pattern.find('*');
    const std::string_view Part = Pattern.substr(0, Star);
    if (Star == std::string_view::npos && ToEnd)
      return Anchored ? Text == Part : Text.ends_with(Part);
    const std::size_t At = Text.find(Part);
    if (At == std::string_view::npos || (Anchored && At != 0))
      return false;
    if (Star == std::string_view::npos)
      return true;
    Text.remove_prefix(At + Part.size());
    Pattern.remove_prefix(Star + 1);
    Anchored = false;
  }
}

std::string Suppressions::add(const std::filesystem::path &File) {
  std::error_code Ignored;
  const auto Canonical = std::filesystem::weakly_canonical(File, Ignored);
  if (!Files.insert(Canonical).second)
    return {};
  std::ifstream In(File);
  std::string Text;
  if (!In || In.peek() == std::ifstream::traits_type::eof()) {
    // An empty file is one; a directory or one that is not there is none.
    if (In && std::filesystem::is_regular_file(File, Ignored))
      return {};
    return "the suppressions '" + File.string() + "' cannot be read: " +
           (std::filesystem::is_directory(File, Ignored)
                ? "it is a directory"
                : std::strerror(errno));
  }
  for (unsigned Number = 1; std::getline(In, Text); ++Number) {
    const std::string_view Content = trimmed(Text);
    if (Content.empty() || Content.front() == '#')
      continue;
    const std::string Place = File.string() + ":" + std::to_string(Number);
    const std::size_t Colon = Content.find(':');
    if (Colon == std::string_view::npos || Colon + 1 == Content.size())
      return Place + ": '" + std::string(Content) +
             "' is no suppression; write kind:pattern";
    std::string_view Kind = Content.substr(0, Colon);
    if (Kind.starts_with(Prefix))
      Kind.remove_prefix(Prefix.size());
    if (std::find(std::begin(Kinds), std::end(Kinds), Kind) ==
        std::end(Kinds)) {
      std::string Known;
      for (std::string_view K : Kinds)
        Known += (Known.empty() ? "" : ", ") + std::string(K);
      return Place + ": unknown kind '" + std::string(Kind) +
             "'; the kinds are: " + Known;
    }
    Lines.push_back(
        {std::string(Kind), std::string(Content.substr(Colon + 1)), Place});
  }
  return {};
}

bool Suppressions::match(std::string_view Rule,
                         const std::vector<Frame> &Stack) {
  if (Rule.starts_with(Prefix))
    Rule.remove_prefix(Prefix.size());
  bool Matched = false;
  for (Line &L : Lines) {
    const bool Matches =
        L.Kind == Library
            ? !Stack.empty() && matchesPattern(L.Pattern, Stack.front().Module)
            : L.Kind == Rule &&
                  std::any_of(Stack.begin(), Stack.end(), [&](const Frame &F) {
                    return matchesFrame(L.Pattern, F);
                  });
    L.Used |= Matches;
    Matched |= Matches;
  }
  return Matched;
}

std::vector<std::string> Suppressions::unused() const {
  std::vector<std::string> Texts;
  for (const Line &L : Lines)
    if (!L.Used)
      Texts.push_back(L.Place + ": the suppression '" + L.Kind + ":" +
                      L.Pattern + "' matched nothing");
  return Texts;
}

} // namespace gridlock::symbolize

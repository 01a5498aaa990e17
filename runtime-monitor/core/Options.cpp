// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Options.h"

#include "runtime-monitor/core/Text.h"

#include <algorithm>
#include <string_view>

namespace gridlock::monitor {

Options TheOptions;

namespace {

using std::string_view;

constexpr string_view Names[] = {
#define NUMBER(Field, Name, Default, Least, Greatest, Help) Name,
#define FLAG(Field, Name, Default, Help) Name,
#define TEXT(Field, Name, Default, Help) Name,
#define LIMITS(Field, Name, Help) Name,
#include "runtime-monitor/core/options.inc"
#undef NUMBER
#undef FLAG
#undef TEXT
#undef LIMITS
};

// Not substr, which would need libstdc++: the program may have libc++ instead.
string_view head(string_view Text, size_t Size) noexcept {
  return {Text.data(), std::min(Size, Text.size())};
}
string_view tail(string_view Text, size_t From) noexcept {
  Text.remove_prefix(std::min(From, Text.size()));
  return Text;
}

// Edits that turn A into B; names are shorter than 32 letters.
unsigned distance(string_view A, string_view B) noexcept {
  A = head(A, 31);
  unsigned Row[32];
  for (unsigned I = 0; I <= A.size(); ++I)
    Row[I] = I;
  for (unsigned J = 1; J <= B.size(); ++J) {
    unsigned Diagonal = Row[0];
    Row[0] = J;
    for (unsigned I = 1; I <= A.size(); ++I) {
      unsigned Above = Row[I];
      Row[I] = std::min(
          {Above + 1, Row[I - 1] + 1, Diagonal + (A[I - 1] != B[J - 1])});
      Diagonal = Above;
    }
  }
  return Row[A.size()];
}

void complain(string_view Key) noexcept {
  string_view Nearest = *std::min_element(
      std::begin(Names), std::end(Names), [&](string_view A, string_view B) {
        return distance(Key, A) < distance(Key, B);
      });
  Text<256> Line;
  (Line << "GRIDLOCK_OPTIONS: unknown option '").append(Key.data(), Key.size())
      << "'";
  if (distance(Key, Nearest) <= Nearest.size() / 3)
    (Line << "; did you mean '").append(Nearest.data(), Nearest.size()) << "'?";
  Line << " (help=1 lists all)";
  Line.say();
}

void complainValue(string_view Key, string_view Value) noexcept {
  Text<256> Line;
  (Line << "GRIDLOCK_OPTIONS: bad value '").append(Value.data(), Value.size())
      << "' for '";
  Line.append(Key.data(), Key.size()) << "', ignored (help=1 lists all)";
  Line.say();
}

bool number(string_view Value, uint64_t &Result) noexcept {
  if (Value.empty() || Value.size() > 12)
    return false;
  Result = 0;
  for (char C : Value) {
    if (C < '0' || C > '9')
      return false;
    Result = Result * 10 + static_cast<uint64_t>(C - '0');
  }
  return true;
}

bool flag(string_view Value, bool &Result) noexcept {
  Result = Value == "1" || Value == "true" || Value == "yes";
  return Result || Value == "0" || Value == "false" || Value == "no";
}

// Kept as one limit a line, with its final newline.
bool addLimit(char *Limits, size_t Capacity, string_view Limit) noexcept {
  const size_t Equal = Limit.rfind('='), Have = std::strlen(Limits);
  uint64_t Ms;
  if (Equal == string_view::npos || Equal == 0 ||
      !number(tail(Limit, Equal + 1), Ms) || Ms == 0 || Ms > 3600000 ||
      Have + Limit.size() + 2 > Capacity)
    return false;
  std::memcpy(Limits + Have, Limit.data(), Limit.size());
  std::memcpy(Limits + Have + Limit.size(), "\n", 2);
  return true;
}

// Whether the whole text is like the pattern, in which * is any text.
bool matches(string_view Pattern, string_view Text) noexcept {
  size_t P = 0, T = 0, Star = string_view::npos, Retry = 0;
  while (T < Text.size()) {
    if (P < Pattern.size() && Pattern[P] == '*') {
      Star = P++;
      Retry = T;
    } else if (P < Pattern.size() && Pattern[P] == Text[T]) {
      ++P;
      ++T;
    } else if (Star != string_view::npos) {
      P = Star + 1;
      T = ++Retry;
    } else {
      return false;
    }
  }
  while (P < Pattern.size() && Pattern[P] == '*')
    ++P;
  return P == Pattern.size();
}

// False if the key is unknown.
bool set(Options &O, string_view Key, string_view Value) noexcept {
  bool Good = true;
#define NUMBER(Field, Name, Default, Least, Greatest, Help)                    \
  if (Key == Name) {                                                           \
    uint64_t N;                                                                \
    Good = number(Value, N) && N + 1 > Least && N <= Greatest;                 \
    if (Good)                                                                  \
      O.Field = N;                                                             \
  } else
#define FLAG(Field, Name, Default, Help)                                       \
  if (Key == Name) {                                                           \
    bool B;                                                                    \
    Good = flag(Value, B);                                                     \
    if (Good)                                                                  \
      O.Field = B;                                                             \
  } else
#define TEXT(Field, Name, Default, Help)                                       \
  if (Key == Name) {                                                           \
    Good = !Value.empty() && Value.size() < sizeof O.Field;                    \
    if (Good) {                                                                \
      std::memcpy(O.Field, Value.data(), Value.size());                        \
      O.Field[Value.size()] = 0;                                               \
    }                                                                          \
  } else
#define LIMITS(Field, Name, Help)                                              \
  if (Key == Name)                                                             \
    Good = addLimit(O.Field, sizeof O.Field, Value);                           \
  else
#include "runtime-monitor/core/options.inc"
#undef NUMBER
#undef FLAG
#undef TEXT
#undef LIMITS
  { return false; }
  if (!Good)
    complainValue(Key, Value);
  return true;
}

void help() noexcept {
  Text<4096> Lines;
  Lines << "GRIDLOCK_OPTIONS=name=value:name=value...\n";
#define NUMBER(Field, Name, Default, Least, Greatest, Help)                    \
  Lines << "  " Name "=" << uint64_t{Default} << "  " Help "\n";
#define FLAG(Field, Name, Default, Help)                                       \
  Lines << "  " Name "=" << uint64_t{Default} << "  " Help "\n";
#define TEXT(Field, Name, Default, Help)                                       \
  Lines << "  " Name "=" Default "  " Help "\n";
#define LIMITS(Field, Name, Help) Lines << "  " Name "=" Help "\n";
#include "runtime-monitor/core/options.inc"
#undef NUMBER
#undef FLAG
#undef TEXT
#undef LIMITS
  Lines.say();
}

} // namespace

uint64_t Options::thresholdOf(const char *Loop,
                              const char *Thread) const noexcept {
  for (string_view Rest = LoopThresholds; !Rest.empty();) {
    const string_view Line = head(Rest, Rest.find('\n'));
    const string_view Pattern = head(Line, Line.rfind('='));
    Rest.remove_prefix(Line.size() + 1);
    uint64_t Ms = 0;
    if (matches(Pattern, Loop) || matches(Pattern, Thread)) {
      number(tail(Line, Pattern.size() + 1), Ms);
      return Ms;
    }
  }
  return ThresholdMs;
}

void Options::parse(const char *Settings) noexcept {
  string_view Rest = Settings ? Settings : "";
  while (!Rest.empty()) {
    size_t End = std::min(Rest.find_first_of(": ,"), Rest.size());
    string_view Item = head(Rest, End);
    Rest.remove_prefix(std::min(End + 1, Rest.size()));
    // dir=a:b would be two items; a value may be put in quotes, as the
    // sanitizers allow.
    size_t Equal = Item.find('=');
    if (Item.empty())
      continue;
    if (Equal != string_view::npos && Equal + 1 < Item.size() &&
        (Item[Equal + 1] == '"' || Item[Equal + 1] == '\'')) {
      const char *From = Item.data() + Equal + 2;
      string_view Quoted(From,
                         static_cast<size_t>(Rest.data() + Rest.size() - From));
      size_t Close = Quoted.find(Item[Equal + 1]);
      if (Close != string_view::npos) {
        if (!set(*this, head(Item, Equal), head(Quoted, Close)))
          complain(head(Item, Equal));
        Rest = tail(Quoted, Close + 1);
        continue;
      }
    }
    if (Equal == string_view::npos)
      complain(Item);
    else if (!set(*this, head(Item, Equal), tail(Item, Equal + 1)))
      complain(head(Item, Equal));
  }
  if (Help)
    help();
}

} // namespace gridlock::monitor

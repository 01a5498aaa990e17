// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shapes that are worst cases of one kind each.
#include "test/bench/engine/Parts.h"
#include "test/bench/engine/Programs.h"
#include "test/bench/engine/Realistic.h"

#include <map>

namespace gridlock::bench {

namespace {

using facts::EdgeKind;
using std::filesystem::path;

std::string name(const char *Stem, std::uint32_t I) {
  return Stem + std::to_string(I);
}

/// The last of SIZE functions that call each the next one.
FunctionBuilder inARow(Unit &U, std::uint32_t Size) {
  for (std::uint32_t I = 0; I + 1 < Size; ++I)
    U.function(name("f", I)).call(name("f", I + 1), {U.value(U.param(0))});
  return U.function(name("f", Size - 1));
}

void cycle(std::uint32_t Size, const path &Folder) {
  Unit U("cycle.cpp");
  U.task("start").call("f0");
  FunctionBuilder Last = inARow(U, Size);
  PlaceT Guard = U.guard(Last, U.global("mutex"));
  U.block(Last);
  U.endGuard(Last, Guard);
  Last.call("f0");
  U.write(Folder);
}

void chain(std::uint32_t Size, const path &Folder) {
  Unit U("chain.cpp");
  U.task("start").call("f0");
  FunctionBuilder Last = inARow(U, Size);
  PlaceT Guard = U.guard(Last, U.global("mutex"));
  U.block(Last);
  U.endGuard(Last, Guard);
  U.write(Folder);
}

void huge(std::uint32_t Size, const path &Folder) {
  Unit U("huge.cpp");
  U.function("leaf");
  FunctionBuilder F = U.task("start");
  const std::uint32_t Blocks = Size / 20;
  for (std::uint32_t B = 1; B <= Blocks; ++B) {
    F.block();
    F.edge(B - 1, B);
    if (B % 10 == 0)
      F.edge(B, B - 9);
    if (B % 100 == 0)
      U.block(F);
    PlaceT Guard = U.guard(F, U.field(U.self(), "C", name("mutex", B % 8)));
    for (int I = 0; I < 8; ++I) {
      PlaceT Local = F.local(name("local", (B * 8 + I) % 200));
      F.initialise(Local, U.value(U.field(U.self(), "C", "member")));
      F.call("leaf", {U.value(Local)});
    }
    U.endGuard(F, Guard);
  }
  U.write(Folder);
}

void locks(std::uint32_t Size, const path &Folder) {
  Unit U("locks.cpp");
  for (std::uint32_t I = 0; I < Size * 5; ++I) {
    // Mostly in ascending order; every 503rd nesting is the other way round.
    std::uint32_t Low = I % Size, High = (Low + 1 + I * 7 % 50) % Size;
    if ((Low > High) != (I % 503 == 0))
      std::swap(Low, High);
    FunctionBuilder F = U.function(name("f", I));
    PlaceT A = U.guard(F, U.global(name("lock", Low)));
    PlaceT B = U.guard(F, U.global(name("lock", High)));
    U.endGuard(F, B);
    U.endGuard(F, A);
  }
  U.write(Folder);
}

void hub(std::uint32_t Size, const path &Folder) {
  Unit U("hub.cpp");
  for (std::uint32_t I = 0; I < Size; ++I) {
    FunctionBuilder F =
        I % 10 ? U.function(name("in", I)) : U.task(name("in", I));
    PlaceT Guard = U.guard(F, U.global(name("caller", I % 100)));
    F.call("hub", {U.value(U.param(0))});
    U.endGuard(F, Guard);
  }
  FunctionBuilder Hub = U.function("hub");
  for (std::uint32_t I = 0; I < Size; ++I) {
    Hub.call(name("out", I), {U.value(U.param(0))});
    if (I % 50 == 49) {
      Hub.block();
      Hub.edge(I / 50, I / 50 + 1);
    }
  }
  for (std::uint32_t I = 0; I < Size; ++I) {
    FunctionBuilder F = U.function(name("out", I));
    PlaceT Guard = U.guard(F, U.global(name("lock", I)));
    if (I % 100 == 0)
      U.block(F);
    U.endGuard(F, Guard);
  }
  U.write(Folder);
}

void overrides(std::uint32_t Size, const path &Folder) {
  Unit U("overrides.cpp");
  U.symbolFact("Base::run").flags |= facts::SymbolFlag::Virtual;
  for (std::uint32_t I = 0; I < Size; ++I) {
    const std::string Class = name("Derived", I), Method = Class + "::run";
    facts::SymbolT &Symbol = U.symbolFact(Method);
    Symbol.record = U.type(Class);
    Symbol.overrides.push_back(U.symbol("Base::run"));
    Symbol.flags |= facts::SymbolFlag::Virtual;
    FunctionBuilder F = U.function(Method);
    PlaceT Guard = U.guard(F, U.field(U.self(), Class, "mutex"));
    if (I % 100 == 0)
      U.block(F);
    U.endGuard(F, Guard);
  }
  for (std::uint32_t I = 0; I < Size; ++I) {
    FunctionBuilder F =
        I % 10 ? U.function(name("f", I)) : U.task(name("f", I));
    F.method("Base::run", U.param(0)).dispatch = facts::Dispatch::Virtual;
  }
  U.write(Folder);
}

using Writer = void (*)(std::uint32_t, const path &);
const std::map<std::string, Writer> &writers() {
  static const std::map<std::string, Writer> All = {
      {"realistic", writeRealistic},
      {"cycle", cycle},
      {"chain", chain},
      {"huge", huge},
      {"locks", locks},
      {"hub", hub},
      {"overrides", overrides}};
  return All;
}

} // namespace

std::vector<std::string> shapes() {
  std::vector<std::string> Names;
  for (const auto &[Name, Write] : writers())
    Names.push_back(Name);
  return Names;
}

bool writeProgram(const std::string &Shape, std::uint32_t Size,
                  const path &Folder) {
  auto It = writers().find(Shape);
  if (It == writers().end())
    return false;
  It->second(Size, Folder);
  return true;
}

} // namespace gridlock::bench

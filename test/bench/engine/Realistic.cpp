// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/bench/engine/Realistic.h"

#include "test/bench/engine/Parts.h"

#include <algorithm>

namespace gridlock::bench {

namespace {

using facts::EdgeKind;

constexpr std::uint32_t PerClass = 50, PerUnit = 250, PerLibrary = 1000;
constexpr std::uint32_t Layers = 25; // calls go to higher layers
constexpr std::uint32_t Inline = 30; // functions of the library's header
constexpr std::uint32_t Calls = 5;   // of own functions, per function

/// Numbers that depend on a function and the order of asking only.
class Random {
public:
  explicit Random(std::uint64_t Seed) : State(Seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint32_t below(std::uint32_t Limit) {
    State += 0x9e3779b97f4a7c15u;
    std::uint64_t Z = State;
    Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9u;
    Z = (Z ^ (Z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<std::uint32_t>((Z ^ (Z >> 31)) % Limit);
  }

private:
  std::uint64_t State;
};

/// What function I is, without looking at any other.
struct Traits {
  explicit Traits(std::uint32_t I)
      : Class(I / PerClass), Layer(I % Layers), IsMethod(Class % 3 != 0),
        HasMutex(Class % 4 == 1), IsTask(I % 20 == 3), IsVirtual(I % 50 < 4),
        Locks(I % 3 == 0) {
    const std::string Library = "library" + std::to_string(I / PerLibrary);
    Owner = Library + "::Class" + std::to_string(Class);
    Name = (IsMethod ? Owner : Library) + "::function" + std::to_string(I);
    if (IsMethod && IsVirtual) // the base's method and three that override it
      Name = Owner + (I % 50 == 0 ? "" : "::Part" + std::to_string(I % 50)) +
             "::handle" + std::to_string(I / 50);
  }
  std::uint32_t Class, Layer;
  bool IsMethod, HasMutex, IsTask, IsVirtual, Locks;
  std::string Owner, Name;
};

class UnitWriter {
public:
  UnitWriter(std::uint32_t First, std::uint32_t Size)
      : Size(Size), First(First),
        U("src/library" + std::to_string(First / PerLibrary) + "/unit" +
          std::to_string(First / PerUnit) + ".cpp") {}

  void write(const std::filesystem::path &Folder) {
    for (std::uint32_t I = First; I < std::min(First + PerUnit, Size); ++I)
      define(I);
    // The library's header has functions that all of its units include.
    const std::uint32_t Library = First / PerLibrary * PerLibrary;
    U.inFile("src/library" + std::to_string(First / PerLibrary) + "/api.h");
    for (std::uint32_t I = Library; I < std::min(Library + Inline, Size); ++I)
      if (I / PerUnit != First / PerUnit)
        define(I);
    U.write(Folder);
  }

private:
  const std::uint32_t Size, First;
  Unit U;

  /// A function of a higher layer: of the unit, the library, or a library that
  /// this one is built on.
  std::uint32_t callee(std::uint32_t I, Random &R) const {
    std::uint32_t Base = I / PerUnit * PerUnit, Among = PerUnit;
    if (const std::uint32_t Where = R.below(100); Where >= 90) {
      const std::uint32_t Library = I / PerLibrary;
      Base = (Where >= 97 ? Library % 16 : Library / 2) * PerLibrary;
      Among = Inline; // what other libraries call is in the header
    } else if (Where >= 70) {
      Base = I / PerLibrary * PerLibrary;
      Among = PerLibrary;
    }
    Among = std::min(Among, Size - Base);
    for (int Try = 0; Try < 8; ++Try)
      if (std::uint32_t To = Base + R.below(Among);
          To % Layers > I % Layers || Base / PerLibrary < I / PerLibrary)
        return To;
    return Size;
  }

  /// The next of a ring of functions that call each other, else SIZE: one
  /// layer of every fourth unit, and of one part of the program in a hundred.
  std::uint32_t ring(std::uint32_t I) const {
    std::uint32_t Length = 0;
    if (I / PerUnit % 100 == 1 && I % Layers == 7)
      Length = PerUnit;
    else if (I / PerUnit % 4 == 0 && I % Layers == I / PerUnit % Layers)
      Length = PerUnit / 2;
    if (Length == 0)
      return Size;
    const std::uint32_t Start = I / Length * Length;
    std::uint32_t Next = I + Layers;
    if (Next >= Start + Length || Next >= Size)
      Next = Start + I % Layers;
    return Next;
  }

  void call(FunctionBuilder &F, std::uint32_t I, std::uint32_t To, Random &R) {
    const Traits From(I), Callee(To);
    declare(Callee, To);
    std::vector<facts::ValueT> Args;
    if (R.below(2))
      Args.push_back(U.value(U.param(0)));
    else
      Args.push_back(U.constant(R.below(100)));
    if (!Callee.IsMethod) {
      F.call(Callee.Name, std::move(Args));
      return;
    }
    PlaceT Receiver = U.param(R.below(2));
    if (From.IsMethod && From.Class == Callee.Class)
      Receiver = U.self();
    else if (From.IsMethod && R.below(2))
      Receiver =
          U.field(U.self(), From.Owner, "part" + std::to_string(Callee.Class));
    auto &E = F.method(Callee.Name, std::move(Receiver), std::move(Args));
    if (Callee.IsVirtual && To % 50 == 0)
      E.dispatch = facts::Dispatch::Virtual;
    if (Callee.IsTask && From.IsTask)
      F.await(U.result(E), "boost::asio::awaitable");
  }

  void declare(const Traits &T, std::uint32_t I) {
    facts::SymbolT &S = U.symbolFact(T.Name);
    if (!T.IsMethod || S.record != 0)
      return;
    const std::uint32_t Record = U.type(T.Owner);
    U.symbolFact(T.Name).record = Record;
    if (!T.IsVirtual)
      return;
    U.symbolFact(T.Name).flags |= facts::SymbolFlag::Virtual;
    if (I % 50 == 0)
      return;
    const Traits Base(I / 50 * 50);
    declare(Base, I / 50 * 50);
    const std::uint32_t Overridden = U.symbol(Base.Name);
    U.symbolFact(T.Name).overrides.push_back(Overridden);
  }

  void define(std::uint32_t I) {
    const Traits T(I);
    Random R(I);
    declare(T, I);
    FunctionBuilder F = T.IsTask ? U.task(T.Name) : U.function(T.Name);
    // entry, a condition, its two sides, what follows (and may go back), exit
    const bool Guarded = T.IsMethod && T.HasMutex && T.Locks && !T.IsTask;
    PlaceT Guard;
    if (Guarded)
      Guard = U.guard(F, U.field(U.self(), T.Owner, "mutex"));
    for (std::uint32_t C = 0; C < Calls; ++C) {
      if (C > 0 && C < 4)
        F.block();
      access(F, T, R);
      if (std::uint32_t To = C == 4 ? ring(I) : callee(I, R); To < Size)
        call(F, I, To, R);
      else if (C == 4 && (To = callee(I, R)) < Size)
        call(F, I, To, R);
    }
    special(F, I, T);
    if (Guarded)
      U.endGuard(F, Guard);
    F.giveBack(U.constant(0));
    F.block();
    F.edge(0, 1, EdgeKind::True, condition(R));
    F.edge(0, 2, EdgeKind::False, condition(R));
    F.edge(1, 3);
    F.edge(2, 3);
    F.edge(3, 4);
    if (I % 4 == 0)
      F.edge(3, 1);
    if (T.IsTask)
      return;
    handlers(F, I);
  }

  void access(FunctionBuilder &F, const Traits &T, Random &R) {
    const std::string Field = "member" + std::to_string(R.below(4));
    auto &Read = F.event(facts::EventKind::Read);
    Read.place = std::make_unique<PlaceT>(
        T.IsMethod ? U.field(U.self(), T.Owner, Field) : U.global(T.Owner));
    F.initialise(F.local("local" + std::to_string(R.below(6)), "int"),
                 U.constant(R.below(9)));
  }

  /// Rare things: a wait, and a second lock of the program's own kind.
  void special(FunctionBuilder &F, std::uint32_t I, const Traits &T) {
    if (I % 2000 == 24)
      U.block(F);
    if (I % 100 == 12 && !T.IsTask) {
      PlaceT Guard =
          U.guard(F, U.global("registry" + std::to_string(I / PerLibrary)));
      access(F, T, *std::make_unique<Random>(I));
      U.endGuard(F, Guard);
    }
  }

  void handlers(FunctionBuilder &F, std::uint32_t I) {
    const std::string Lambda = Traits(I).Name + "::(lambda)::operator()";
    if (I % 50 == 5) {
      FunctionBuilder Handler = U.posted(F, Lambda);
      Random R(I + 1);
      if (std::uint32_t To = callee(I, R); To < Size)
        call(Handler, I, To, R);
    } else if (I % 200 == 7) {
      FunctionBuilder Entry = U.onThread(F, Lambda);
      Random R(I + 1);
      if (std::uint32_t To = callee(I, R); To < Size)
        call(Entry, I, To, R);
    }
  }

  std::unique_ptr<facts::PredicateT> condition(Random &R) {
    auto Result = std::make_unique<facts::PredicateT>();
    Result->op = facts::PredicateOp::Gt;
    Result->left =
        std::make_unique<facts::ValueT>(U.value(U.param(R.below(2))));
    Result->right = std::make_unique<facts::ValueT>(U.constant(3));
    return Result;
  }
};

} // namespace

void writeRealistic(std::uint32_t Size, const std::filesystem::path &Folder) {
  for (std::uint32_t First = 0; First < Size; First += PerUnit)
    UnitWriter(First, Size).write(Folder);
}

} // namespace gridlock::bench

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockGuardFix.h"

#include <algorithm>
#include <array>
#include <optional>

namespace gridlock {

using facts::EventKind;
using facts::ImplicitKind;
using facts::PlaceRoot;
using facts::ValueKind;

namespace {

using Position = std::pair<unsigned, unsigned>;

Position at(const facts::Loc *L) {
  return L ? Position(L->line(), L->column()) : Position();
}

// The mutex's class, if std::lock_guard and it come with <mutex>.
std::string mutexOf(const Program &P, std::uint32_t Unit, const facts::Event &E,
                    std::string_view Method) {
  std::string Name(P.qualifiedName(P.resolve(Unit, E.symbol())));
  constexpr std::array Classes{"std::mutex", "std::recursive_mutex",
                               "std::timed_mutex",
                               "std::recursive_timed_mutex"};
  for (const char *Class : Classes)
    if (Name == Class + std::string("::") + std::string(Method))
      return Class;
  return {};
}

// What a return can give that is the same under the lock.
bool isPlain(const facts::Value *V) {
  return !V || V->kind() == ValueKind::Constant ||
         V->kind() == ValueKind::Null ||
         (V->kind() == ValueKind::Place && V->place() && !V->place()->path() &&
          (V->place()->root() == PlaceRoot::Local ||
           V->place()->root() == PlaceRoot::Param));
}

// Whether nothing happens between the release and the end of its block but a
// plain return right after it, and no local of the block has a destructor.
bool endsBlock(const facts::Function &F, const facts::Event &Taken,
               const facts::Event &Released) {
  Position From = at(Taken.statement()->begin());
  Position After = at(Released.statement()->end());
  Position End = at(Released.statement()->scope_end());
  std::uint32_t File = Taken.loc()->file();
  auto Locals = each(F.locals());
  for (const facts::Block *B : each(F.blocks())) {
    bool Here = false;
    for (const facts::Edge *E : each(B->edges()))
      if (E->kind() == facts::EdgeKind::Case ||
          E->kind() == facts::EdgeKind::Default)
        return false; // a label may follow, and no jump may pass the guard
    for (const facts::Event *E : each(B->events())) {
      Here |= E == &Released;
      const facts::Place *Place =
          E->receiver() ? E->receiver()->place() : nullptr;
      if (E->implicit() == ImplicitKind::Destructor && Place &&
          Place->root() == PlaceRoot::Local && Place->id() < Locals.size() &&
          at(Locals[Place->id()]->loc()) > From &&
          at(Locals[Place->id()]->loc()) < End)
        return false;
      if (!E->loc() || E->loc()->file() != File || at(E->loc()) < After ||
          at(E->loc()) >= End || E->kind() == EventKind::LifetimeEnd)
        continue;
      if (E->kind() != EventKind::Return || !Here || !isPlain(E->value()))
        return false;
    }
  }
  return true;
}

Edit replace(const Program &P, std::uint32_t Unit,
             const facts::Statement &Which, std::string Text) {
  return {P.locate(Unit, Which.begin()), Which.end()->line(),
          Which.end()->column(), std::move(Text)};
}

// Whether anything in the unit is called so, in whatever scope.
bool isName(const Program &P, std::uint32_t Unit, const std::string &Name) {
  for (const flatbuffers::String *S : each(P.unit(Unit).root().strings())) {
    std::string_view Text(S->c_str(), S->size());
    if (Text.ends_with(Name) &&
        (Text.size() == Name.size() ||
         Text.substr(0, Text.size() - Name.size()).ends_with("::")))
      return true;
  }
  return false;
}

} // namespace

std::vector<Edit> guardFor(const Program &P, FunctionId Id,
                           const facts::Event &Taken,
                           const facts::Event &Released,
                           std::set<std::string> &Given) {
  const ProgramFunction &F = P.function(Id);
  const facts::Statement *Lock = Taken.statement();
  const facts::Statement *Unlock = Released.statement();
  std::string Class = mutexOf(P, F.Unit, Taken, "lock");
  if (!Lock || !Unlock || Class.empty() ||
      mutexOf(P, F.Unit, Released, "unlock") != Class ||
      at(Lock->scope_end()) != at(Unlock->scope_end()) ||
      Taken.loc()->file() != Released.loc()->file() ||
      at(Lock->begin()) > at(Unlock->begin()) ||
      !endsBlock(*F.Fact, Taken, Released))
    return {};
  std::string Object(P.text(F.Unit, Lock->object()));
  if (Object.empty())
    return {};
  std::string Name = "guard";
  for (unsigned N = 2; isName(P, F.Unit, Name) || !Given.insert(Name).second;
       ++N)
    Name = "guard" + std::to_string(N);
  return {
      replace(P, F.Unit, *Lock,
              "std::lock_guard<" + Class + "> " + Name + "(" + Object + ");"),
      replace(P, F.Unit, *Unlock, "")};
}

} // namespace gridlock

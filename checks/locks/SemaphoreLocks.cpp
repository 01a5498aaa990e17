// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/SemaphoreLocks.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;

SemaphoreUse semaphoreUse(const Program &P, SymbolId S) {
  constexpr std::pair<std::string_view, SemaphoreUse> Known[] = {
      {"std::counting_semaphore::acquire", SemaphoreUse::Takes},
      {"std::counting_semaphore::try_acquire", SemaphoreUse::Tries},
      {"std::counting_semaphore::try_acquire_for", SemaphoreUse::Tries},
      {"std::counting_semaphore::try_acquire_until", SemaphoreUse::Tries},
      {"std::counting_semaphore::release", SemaphoreUse::GivesBack},
      {"std::counting_semaphore::counting_semaphore", SemaphoreUse::Makes},
      {"std::counting_semaphore::~counting_semaphore", SemaphoreUse::Makes},
      {"sem_wait", SemaphoreUse::Takes},
      {"sem_trywait", SemaphoreUse::Tries},
      {"sem_timedwait", SemaphoreUse::Tries},
      {"sem_clockwait", SemaphoreUse::Tries},
      {"sem_post", SemaphoreUse::GivesBack},
      {"sem_init", SemaphoreUse::Makes},
      {"sem_destroy", SemaphoreUse::Makes}};
  const std::string_view Name = P.qualifiedName(S);
  auto It = std::find_if(std::begin(Known), std::end(Known),
                         [&](const auto &Item) { return Item.first == Name; });
  return It == std::end(Known) ? SemaphoreUse::None : It->second;
}

AccessPath semaphoreOf(const Program &P, FunctionId F, const facts::Event &E) {
  return lockArgument(P, F, E, E.receiver() ? -1 : 0);
}

namespace {

bool isOne(const facts::Value *V) {
  return V && V->kind() == facts::ValueKind::Constant && V->integer() == 1;
}

// Whether a function may have taken the token, or may not have it.
struct Token {
  bool Taken = false, Lacking = true;
  bool join(const Token &Other) {
    const bool Changed = (Other.Taken && !Taken) || (Other.Lacking && !Lacking);
    Taken |= Other.Taken;
    Lacking |= Other.Lacking;
    return Changed;
  }
};

} // namespace

SemaphoreLocks::SemaphoreLocks(const Program &P)
    : P(P), Uses(P.symbolCount(), SemaphoreUse::None) {
  bool Any = false;
  for (SymbolId S = 1; S < Uses.size(); ++S) {
    Uses[S] = semaphoreUse(P, S);
    Any |= Uses[S] == SemaphoreUse::GivesBack;
  }
  const auto Functions = static_cast<FunctionId>(P.functions().size());
  for (FunctionId F = 0; F < Functions && Any; ++F)
    readUses(F);
  for (FunctionId F = 0; F < Functions && !Locks.empty(); ++F)
    readHandedOn(F);
  std::erase_if(Locks, [&](const auto &Name) { return Others.contains(Name); });
  Uses = {};
}

// Where a semaphore is made, or gets its first tokens.
void SemaphoreLocks::readStart(FunctionId F, const facts::Event &E) {
  AccessPath Path;
  const facts::Value *Tokens = nullptr;
  if (E.kind() == EventKind::Construct && E.place()) {
    Path = AccessPath::of(P.unit(P.function(F).Unit), *E.place());
    Tokens = argument(E, 0);
  } else if (E.kind() == EventKind::Call && each(E.args()).size() == 3) {
    Path = semaphoreOf(P, F, E);
    Tokens = argument(E, 2);
  }
  if (hasName(Path))
    (isOne(Tokens) ? Locks : Others).insert(nameOf(Path).Text);
}

void SemaphoreLocks::readUses(FunctionId F) {
  std::set<std::string> Used;
  for (const CallEvent &C : P.callEvents(F)) {
    const facts::Event &E = *C.Event;
    if (Uses[C.Callee] == SemaphoreUse::Makes)
      readStart(F, E);
    if (Uses[C.Callee] != SemaphoreUse::Takes &&
        Uses[C.Callee] != SemaphoreUse::GivesBack)
      continue;
    std::string Name = nameOf(semaphoreOf(P, F, E)).Text;
    if (Uses[C.Callee] == SemaphoreUse::GivesBack && E.receiver() &&
        !isOne(argument(E, 0)))
      Others.insert(Name);
    Used.insert(std::move(Name));
  }
  for (const std::string &Name : Used)
    readBalance(F, Name);
}

// Whether F gives the semaphore a token that it may not have taken, or always
// keeps one.
void SemaphoreLocks::readBalance(FunctionId F, const std::string &Name) {
  auto GivesSign = [&](const facts::Event &E, Token &T) {
    const SemaphoreUse Use =
        E.kind() == EventKind::Call ? use(F, E) : SemaphoreUse::None;
    if (Use == SemaphoreUse::None || Use == SemaphoreUse::Makes ||
        nameOf(semaphoreOf(P, F, E)).Text != Name)
      return false;
    const bool IsBack = Use == SemaphoreUse::GivesBack;
    const bool IsSign = IsBack && T.Lacking;
    // A try may have failed where it is not given back.
    T = {Use == SemaphoreUse::Takes || (Use == SemaphoreUse::Tries && T.Taken),
         IsBack};
    return IsSign;
  };
  const facts::Function &Fact = *P.function(F).Fact;
  auto In = solveForward(Fact, Token(), GivesSign, everyEdge);
  replay(Fact, In, [&](std::uint32_t, const facts::Event &E, Token &T) {
    if (GivesSign(E, T))
      Others.insert(Name);
  });
  if (Fact.exit() < In.size() && In[Fact.exit()] && In[Fact.exit()]->Taken &&
      !In[Fact.exit()]->Lacking)
    Others.insert(Name);
}

// Semaphores with which F does something else than to take and give back.
void SemaphoreLocks::readHandedOn(FunctionId F) {
  const FactsFile &File = P.unit(P.function(F).Unit);
  auto HandOn = [&](const facts::Value *V) {
    if (!V || !V->place())
      return;
    if (std::string Name = nameOf(AccessPath::of(File, *V->place())).Text;
        Locks.contains(Name))
      Others.insert(std::move(Name));
  };
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (use(F, *E) != SemaphoreUse::None)
        continue;
      HandOn(E->value());
      for (const facts::Value *Arg : each(E->args())) {
        HandOn(Arg);
        for (const facts::CapturedValue *C : each(Arg->captures()))
          HandOn(C->value());
      }
    }
}

} // namespace gridlock

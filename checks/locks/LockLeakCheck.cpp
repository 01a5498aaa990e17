// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockLeakCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockHandOver.h"
#include "checks/locks/LockLeakPaths.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <set>

namespace gridlock {

namespace {

class Reporter {
public:
  Reporter(const Program &P, LockModel &Model, FindingSink &Sink)
      : P(P), Model(Model), Sink(Sink), HandOver(Model) {
    for (const LockRepeat &R : Model.repeats())
      if (!R.Joined)
        for (ChainId Chain : {R.FromChain, R.ToChain})
          Repeated.insert(Model.chain(Chain).Site);
  }
  void function(FunctionId F);

private:
  Finding make(FunctionId F, const AccessPath &Lock,
               const facts::Event &Where) const;
  void guard(FunctionId F, const UselessGuard &Guard) const;
  void leak(FunctionId F, const AccessPath &Lock, const LockUse &Use,
            const LockLeak &Leak) const;
  bool isHelpersOwn(FunctionId F, const AccessPath &Lock, const LockUse &Use,
                    const LockLeak &Leak) const;
  std::string wayOut(FunctionId F, const LockLeak &Leak) const;

  const Program &P;
  LockModel &Model;
  FindingSink &Sink;
  const LockHandOver HandOver;
  // Where a lock is taken that its thread holds already: nothing is left then.
  std::set<const facts::Event *> Repeated;
  std::optional<std::vector<bool>> Throws; // by function, once asked for
};

Finding Reporter::make(FunctionId Id, const AccessPath &Lock,
                       const facts::Event &Where) const {
  const ProgramFunction &F = P.function(Id);
  Finding Result;
  Result.Where = P.locate(F.Unit, Where.loc());
  Result.Function = findingFunction(P, F.Symbol);
  if (LockName Name = nameOf(Lock); !Name.Text.empty())
    Result.Operation = LockModel::display(Name);
  return Result;
}

void Reporter::guard(FunctionId Id, const UselessGuard &Guard) const {
  Finding Result = make(Id, Guard.Lock, *Guard.Made);
  if (Guard.Lock) {
    Result.Message = "the guard of lock " + quoteLock(P, Id, Guard.Lock) +
                     " is a temporary and releases it at once: what follows "
                     "runs without the lock; instead: give the guard a name";
  } else {
    const facts::Local *Local =
        (*P.function(Id).Fact->locals())[Guard.Made->place()->id()];
    Result.Message =
        "guard '" + std::string(P.text(P.function(Id).Unit, Local->name())) +
        "' is made without a lock and never gets one: it protects nothing; "
        "instead: give the guard a name of its own and the lock as argument";
  }
  Result.Confidence = Precision::VeryHigh;
  Sink.report(std::move(Result));
}

std::string Reporter::wayOut(FunctionId Id, const LockLeak &Leak) const {
  const ProgramFunction &F = P.function(Id);
  std::string Function = describe(P, F.Symbol);
  switch (Leak.End) {
  case LeakEnd::Body:
    return Function + " ends";
  case LeakEnd::Return:
    return Function + " returns early";
  case LeakEnd::Throw:
    return Function + " leaves by an exception";
  case LeakEnd::Callee:
    return Function + " is left by an exception of " +
           describe(P, P.resolve(F.Unit, Leak.Left->symbol()));
  case LeakEnd::TakenAgain:
    break;
  }
  return Function + " goes on with the next round of a loop";
}

void Reporter::leak(FunctionId Id, const AccessPath &Lock, const LockUse &Use,
                    const LockLeak &Leak) const {
  const ProgramFunction &F = P.function(Id);
  Finding Result = make(Id, Lock, *Leak.Taken);
  Result.Message =
      "lock " + quoteLock(P, Id, Lock) + " stays locked when " +
      wayOut(Id, Leak) +
      (Use.IsGivenUp       ? ", after a guard has given it up by 'release()'"
       : !Use.isReleased() ? ", and neither it nor a caller releases it"
                           : ", but is released on other paths") +
      "; instead: release it on every way out" +
      (isInC(P, Id) ? "" : ", by a guard");
  auto Taken = Use.Taken.find(Leak.Taken);
  bool ByHelper =
      Taken != Use.Taken.end() && Model.chain(Taken->second).Next != 0;
  if (ByHelper)
    addTrace(Model, Taken->second, quoteLock(P, Id, Lock) + " here",
             Result.Notes);
  Result.Notes.push_back(
      {P.locate(F.Unit, Leak.Left ? Leak.Left->loc() : F.Fact->end()),
       Leak.End == LeakEnd::TakenAgain
           ? "it is taken again here while still held"
           : "it is still held here"});
  if (!Use.Released.empty()) {
    const facts::Event *Release = *std::min_element(
        Use.Released.begin(), Use.Released.end(), [&](auto *A, auto *B) {
          return P.locate(F.Unit, A->loc()) < P.locate(F.Unit, B->loc());
        });
    Result.Notes.push_back(
        {P.locate(F.Unit, Release->loc()), "it is released here"});
  }
  LockName Name = nameOf(Lock);
  // A helper of the program that takes it is as good as the lock's own call; at
  // more depth what is called may have further purposes.
  bool IsNear =
      !ByHelper || Model.chain(Model.chain(Taken->second).Next).Next == 0;
  bool Sure = !Name.Text.empty() && IsNear && Leak.IsShown;
  Result.Confidence = Sure ? Precision::High : Precision::Medium;
  Sink.report(std::move(Result));
}

// Whether the leak is that of the function which is called to take the lock.
bool Reporter::isHelpersOwn(FunctionId Id, const AccessPath &Lock,
                            const LockUse &Use, const LockLeak &Leak) const {
  // A callee that tells by its result stands at the call alone.
  auto Taken = Use.Taken.find(Leak.Taken);
  const ChainId Next =
      Taken == Use.Taken.end() ? 0 : Model.chain(Taken->second).Next;
  const FunctionId Helper =
      Next != 0
          ? Model.chain(Next).Function
          : P.symbol(P.resolve(P.function(Id).Unit, Leak.Taken->symbol())).Body;
  if (Helper == NoFunction)
    return false;
  if (HandOver.mustBeReleased(Helper, Lock))
    return true;
  // ... or it releases the lock on some paths and leaks it on others.
  if (const LockUses *Its = HandOver.uses(Helper))
    for (const auto &[Path, Own] : Its->Locks)
      if (nameOf(Path).Text == nameOf(Lock).Text && Own.isTaken() &&
          Own.isReleased() && !HandOver.isHandedOn(Helper, Path))
        return true;
  return false;
}

void Reporter::function(FunctionId Id) {
  const LockUses *Own = HandOver.uses(Id);
  if (!Own)
    return;
  const LockUses &Uses = *Own;
  for (const UselessGuard &Guard : Uses.Guards)
    guard(Id, Guard);
  std::map<std::string, unsigned> Paths; // by the lock's name
  for (const auto &[Lock, Use] : Uses.Locks)
    Paths[nameOf(Lock).Text] += Use.isTaken() || Use.isReleased();
  std::optional<LeakSearch> Search;
  for (const auto &[Lock, Use] : Uses.Locks) {
    std::string Name = nameOf(Lock).Text;
    bool IsAlone = !Use.isReleased() && !Use.IsGivenUp;
    if (!Use.isTaken() || Uses.releasesOnly(nameOf(Lock)) ||
        (IsAlone ? !HandOver.mustBeReleased(Id, Lock)
                 : HandOver.isHandedOn(Id, Lock)))
      continue;
    if (!Throws)
      Throws = findThrowing(P, Model.calls());
    if (!Search)
      Search.emplace(P, Id, *Throws);
    for (const LockLeak &Leak :
         Search->find(Lock, Use, Name.empty() || Paths[Name] == 1))
      if (!Repeated.contains(Leak.Taken) &&
          (!IsAlone || !isHelpersOwn(Id, Lock, Use, Leak)))
        leak(Id, Lock, Use, Leak);
  }
}

} // namespace

void LockLeakCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Program &P = A.program();
  LockModel &Model = A.locks();
  Reporter Report(P, Model, Sink);
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (Model.isRelevant(F) && !P.isSystem(F))
      Report.function(F);
}

} // namespace gridlock

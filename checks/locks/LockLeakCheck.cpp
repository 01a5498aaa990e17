// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockLeakCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockLeakPaths.h"
#include "checks/locks/LockText.h"

#include <algorithm>

namespace gridlock {

namespace {

class Reporter {
public:
  Reporter(const Program &P, LockModel &Model, FindingSink &Sink);
  void function(FunctionId F);

private:
  bool isByDesign(const LockUses &Uses, const AccessPath &Lock) const;
  Finding make(FunctionId F, const AccessPath &Lock,
               const facts::Event &Where) const;
  void leak(FunctionId F, const AccessPath &Lock, const LockUse &Use,
            const LockLeak &Leak) const;

  const Program &P;
  LockModel &Model;
  FindingSink &Sink;
  std::set<std::string> GivenBackElsewhere; // names of locks
};

// Locks that some function releases that neither takes them nor has a caller in
// the program that does: taking one on some paths is how the program hands it
// from one function to the next.
Reporter::Reporter(const Program &P, LockModel &Model, FindingSink &Sink)
    : P(P), Model(Model), Sink(Sink) {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    const LockSummary *Summary = Model.summary(F);
    if (!Summary || Summary->Released.empty() || !Model.isEntered(F))
      continue;
    LockUses Uses = findLockUses(Model, F);
    for (const AccessPath &Lock : Summary->Released)
      if (auto Use = Uses.Locks.find(Lock);
          Use == Uses.Locks.end() || Use->second.Taken.empty())
        GivenBackElsewhere.insert(nameOf(Lock).Text);
  }
}

bool Reporter::isByDesign(const LockUses &Uses, const AccessPath &Lock) const {
  std::string Name = nameOf(Lock).Text;
  return Uses.ReleasedOnly.contains(Name) ||
         (!Name.empty() && GivenBackElsewhere.contains(Name));
}

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

void Reporter::leak(FunctionId Id, const AccessPath &Lock, const LockUse &Use,
                    const LockLeak &Leak) const {
  const ProgramFunction &F = P.function(Id);
  Finding Result = make(Id, Lock, *Leak.Taken);
  bool Throws = Leak.Left && Leak.Left->kind() == facts::EventKind::Throw;
  Result.Message =
      "lock " + quoteLock(P, Id, Lock) + " stays locked when " +
      describe(P, F.Symbol) +
      (Throws      ? " leaves by an exception"
       : Leak.Left ? " returns early"
                   : " ends") +
      ", but is released on other paths; instead: release it on every way "
      "out, in C++ by a guard";
  ChainId Chain = Use.Taken.at(Leak.Taken);
  if (Model.chain(Chain).Next != 0)
    addTrace(Model, Chain, quoteLock(P, Id, Lock) + " here", Result.Notes);
  Result.Notes.push_back(
      {P.locate(F.Unit, Leak.Left ? Leak.Left->loc() : F.Fact->end()),
       "it is still held here"});
  const facts::Event *Release = *std::min_element(
      Use.Released.begin(), Use.Released.end(), [&](auto *A, auto *B) {
        return P.locate(F.Unit, A->loc()) < P.locate(F.Unit, B->loc());
      });
  Result.Notes.push_back(
      {P.locate(F.Unit, Release->loc()), "it is released here"});
  bool IsNamed = !nameOf(Lock).Text.empty();
  Result.Confidence = IsNamed && Model.chain(Chain).Next == 0
                          ? Precision::High
                          : Precision::Medium;
  Sink.report(std::move(Result));
}

void Reporter::function(FunctionId Id) {
  LockUses Uses = findLockUses(Model, Id);
  for (const TemporaryGuard &Guard : Uses.Temporaries) {
    Finding Result = make(Id, Guard.Lock, *Guard.Made);
    Result.Message = "the guard of lock " + quoteLock(P, Id, Guard.Lock) +
                     " is a temporary and releases it at once: what follows "
                     "runs without the lock; instead: give the guard a name";
    Result.Confidence = Precision::VeryHigh;
    Sink.report(std::move(Result));
  }
  for (const auto &[Lock, Use] : Uses.Locks)
    if (!Use.Taken.empty() && !Use.Released.empty() &&
        isOneObject(P, Id, Lock) && !isByDesign(Uses, Lock))
      for (const LockLeak &Leak : findLeaks(P, Id, Use))
        leak(Id, Lock, Use, Leak);
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

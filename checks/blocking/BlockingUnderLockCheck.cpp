// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/BlockingUnderLockCheck.h"

#include "checks/engine/BlockingOps.h"
#include "checks/engine/Classify.h"
#include "checks/engine/Trace.h"
#include "checks/locks/HeldLocks.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <optional>
#include <set>

namespace gridlock {

namespace {

// Whether the descriptor that OP waits for is only ever what F has just opened
// by a path: a file then, not a socket. What is below /dev is a device.
bool isOpenedFile(const Program &P, FunctionId F, const BlockingOp &Op) {
  const FactsFile &File = P.unit(P.function(F).Unit);
  const facts::Value *Given = argument(*Op.Site, 0);
  AccessPath Descriptor = AccessPath::of(File, Given);
  if (!Descriptor || Given->kind() != facts::ValueKind::Place)
    return false;
  std::set<AccessPath> Opened;
  bool IsOpened = false;
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == facts::EventKind::Call) {
        std::string_view Name =
            P.qualifiedName(P.resolve(P.function(F).Unit, E->symbol()));
        const bool IsAt = Name == "openat" || Name == "openat64";
        const facts::Value *Path = argument(*E, IsAt ? 1 : 0);
        if (Path &&
            (IsAt || Name == "open" || Name == "open64" || Name == "creat" ||
             Name == "creat64") &&
            !File.string(Path->text()).starts_with("/dev/"))
          Opened.insert(AccessPath::ofResult(E->id()));
      } else if (E->place() && E->value() &&
                 AccessPath::of(File, *E->place()) == Descriptor) {
        if (!Opened.contains(AccessPath::of(File, E->value())) &&
            E->value()->kind() != facts::ValueKind::Constant)
          return false;
        IsOpened = true;
      }
    }
  return IsOpened;
}

class Reporter {
public:
  explicit Reporter(const Analysis &A)
      : Model(A.locks()), P(A.program()), Held(A.heldLocks()) {}
  void run(FindingSink &Sink) const;

private:
  std::optional<Finding> finding(const HeldSite &Site, FunctionId F,
                                 const BlockingOp &Op) const;
  std::string message(const HeldSite &Site,
                      const std::vector<HeldLockAt> &Locks,
                      const BlockingOp &Op, unsigned Calls) const;

  LockModel &Model;
  const Program &P;
  const HeldLocks &Held;
};

std::string Reporter::message(const HeldSite &Site,
                              const std::vector<HeldLockAt> &Locks,
                              const BlockingOp &Op, unsigned Calls) const {
  std::string Names;
  for (std::size_t I = 0; I < Locks.size(); ++I)
    Names += (I == 0                 ? ""
              : I + 1 < Locks.size() ? ", "
                                     : " and ") +
             quoteLock(P, Site.Function, Locks[I].Lock);
  std::string Text = Op.Name;
  if (does(*Op.Entry, rules::Effect::WaitsReleasing))
    Text += " gives back its own lock only, while ";
  else
    Text += Op.MayBeHarmless ? " may block while " : " blocks while ";
  const bool Either =
      std::any_of(Locks.begin(), Locks.end(),
                  [](const HeldLockAt &H) { return H.IsEither; });
  Text += (Either ? "one of " : "") + Names +
          (Locks.size() == 1 || Either ? " is held" : " are held");
  std::string Holder = describe(P, P.function(Site.Function).Symbol);
  if (Calls == 0)
    Text += " in " + Holder;
  else
    Text += ": " + Holder + " reaches it through " + std::to_string(Calls) +
            (Calls == 1 ? " call" : " calls");
  return Text +
         ", so who wants the lock waits as long; instead: release it before "
         "the call";
}

// What OP in function F, inside SITE or itself the site, is worth telling.
std::optional<Finding> Reporter::finding(const HeldSite &Site, FunctionId F,
                                         const BlockingOp &Op) const {
  std::vector<HeldLockAt> Locks = Held.heldDuring(Site, F, *Op.Site, *Op.Entry);
  if (Locks.empty())
    return std::nullopt;
  PathShape Shape;
  std::vector<PathSearch::Hop> Path;
  if (Site.Site != Op.Site) {
    Shape = Held.shapeOf(F);
    Path = Held.pathTo(F);
  }
  Trace Calls = traceAlong(P, Path, F, *Op.Site, Op.Name);
  Finding Result;
  Result.Where = Calls.Where;
  Result.Function = findingFunction(P, Calls.User);
  Result.Operation = Op.Entry->op() ? Op.Entry->op()->str() : "";
  Result.Message = message(Site, Locks, Op, Shape.Calls);
  for (const HeldLockAt &H : Locks)
    addTrace(Model, H.Held.Chain, quoteLock(P, Site.Function, H.Lock) + " here",
             Result.Notes);
  Result.Notes.insert(Result.Notes.end(), Calls.Notes.begin(),
                      Calls.Notes.end());
  // A disk or a local computation is often what the lock is there for: a log
  // file, a connection to a local database.
  Precision Ceiling = Op.Entry->cost() == rules::Cost::Unbounded &&
                              !(Op.Entry->category() == rules::Category::File &&
                                isOpenedFile(P, F, Op))
                          ? Precision::VeryHigh
                          : Precision::Medium;
  Result.Confidence = std::min({Ceiling, Op.Ceiling, precisionOf(Shape)});
  return Result;
}

void Reporter::run(FindingSink &Sink) const {
  for (FunctionId F : Held.functions())
    for (const BlockingOp &Op : waitingOps(P, F)) {
      // Of the function's own locks and its callers', the surer is told.
      std::optional<Finding> Best, Outer;
      if (const HeldSite *Site = Held.at(*Op.Site))
        Best = finding(*Site, F, Op);
      if (Held.isInside(F))
        Outer = finding(Held.siteOf(F), F, Op);
      if (Outer && (!Best || Outer->Confidence > Best->Confidence))
        Best = std::move(Outer);
      if (Best)
        Sink.report(std::move(*Best));
    }
}

} // namespace

void BlockingUnderLockCheck::run(const Analysis &A, FindingSink &Sink) const {
  Reporter(A).run(Sink);
}

} // namespace gridlock

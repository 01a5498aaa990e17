// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/UnguardedStateCheck.h"

#include "checks/engine/Trace.h"
#include "checks/threads/UnguardedPrecision.h"

#include <algorithm>
#include <optional>

namespace gridlock {

namespace {

using Why = Unguarded::Why;

struct Suspect {
  const GuardEvidence *Evidence;
  const Unguarded *Use;
  Precision Confidence;
};

class Reporter {
public:
  Reporter(LockModel &Model, const Phases &When)
      : Model(Model), P(Model.program()), When(When) {}
  Finding report(std::vector<Suspect> &Suspects) const;
  bool isBetter(const Suspect &A, const Suspect &B) const;

private:
  Location placeOf(const Suspect &S) const {
    return locate(S.Use->Path.empty() ? S.Use->Use->Function : S.Use->Root,
                  S.Use->Path.empty() ? *S.Use->Use->Site
                                      : *S.Use->Path.front()->Site);
  }
  Location locate(FunctionId F, const facts::Event &E) const {
    return P.locate(P.function(F).Unit, E.loc());
  }
  std::string name(FunctionId F) const {
    return describe(P, P.function(F).Symbol);
  }
  void addThreads(const Suspect &S, Finding &F) const;

  LockModel &Model;
  const Program &P;
  const Phases &When;
};

const char *verb(const Access &A) { return A.Write ? "written" : "read"; }

bool Reporter::isBetter(const Suspect &A, const Suspect &B) const {
  if (A.Confidence != B.Confidence)
    return A.Confidence > B.Confidence;
  if (A.Use->Use->Write != B.Use->Use->Write)
    return A.Use->Use->Write;
  Location PlaceA = placeOf(A), PlaceB = placeOf(B);
  if (PlaceA != PlaceB)
    return PlaceA < PlaceB;
  return A.Evidence->Field < B.Evidence->Field;
}

void Reporter::addThreads(const Suspect &S, Finding &F) const {
  Phases::Mask Threads = When.threadsOf(S.Use->Root) | S.Evidence->Users;
  if (const ThreadRoot *R = When.rootIn(Threads))
    F.Notes.push_back(
        {locate(R->Starter, *R->Site),
         name(R->Function) + " runs on another thread, started here"});
}

Finding Reporter::report(std::vector<Suspect> &Suspects) const {
  std::sort(Suspects.begin(), Suspects.end(),
            [&](const Suspect &A, const Suspect &B) { return isBetter(A, B); });
  const Suspect &S = Suspects.front();
  const GuardEvidence &E = *S.Evidence;
  const Access &A = *S.Use->Use;
  std::string Lock = "'" + Model.display(E.Lock) + "'";
  Finding Result;
  Result.Where = placeOf(S);
  Result.Function = findingFunction(P, P.function(S.Use->Root).Symbol);
  Result.Operation = Model.display(E.Lock);
  Result.Confidence = S.Confidence;
  Result.Message =
      "'" + E.Field + "' is " + verb(A) + " in " + name(S.Use->Root);
  if (!S.Use->Path.empty())
    Result.Message += ", by " + name(A.Function) + ",";
  switch (S.Use->Reason) {
  case Why::NoLock:
    Result.Message += " without " + Lock;
    break;
  case Why::OtherObject:
    Result.Message +=
        " while " + Lock + " of another object is held, not its own";
    break;
  case Why::ReaderLock:
    Result.Message += " while " + Lock + " is held in shared mode only";
    break;
  }
  if (E.Declared)
    Result.Message += ", which is declared to guard it";
  else if (E.mayMiss(*S.Use))
    Result.Message += ", with which a thread tests it before it waits";
  else if (S.Use->Reason != Why::ReaderLock)
    Result.Message += ", which " + std::to_string(E.GuardedIn.size()) +
                      " of the " + std::to_string(E.functions()) +
                      " functions that use it hold";
  Result.Message += std::string(": another thread may ") +
                    (A.Write ? "use" : "change") +
                    " it at the same time; instead: take the lock here" +
                    (S.Use->Reason == Why::ReaderLock ? " for writing" : "");
  for (const SharedCall *C : S.Use->Path)
    Result.Notes.push_back(
        {locate(C->Caller, *C->Site),
         name(C->Caller) + " calls " + name(C->Callee) + " here"});
  if (!S.Use->Path.empty())
    Result.Notes.push_back({locate(A.Function, *A.Site),
                            "it is " + std::string(verb(A)) + " here"});
  std::set<FunctionId> Shown;
  std::set<Location> Places; // instances of one template have the same
  for (bool Writes : {true, false})
    for (const Access *G : E.Guarded)
      if (G->Write == Writes && Places.size() < 3 &&
          Shown.insert(G->Function).second &&
          Places.insert(locate(G->Function, *G->Site)).second)
        Result.Notes.push_back(
            {locate(G->Function, *G->Site), "it is " + std::string(verb(*G)) +
                                                " in " + name(G->Function) +
                                                " with " + Lock + " held"});
  std::set<std::string> Fields{E.Field};
  for (const Suspect &Other : Suspects)
    if (Fields.insert(Other.Evidence->Field).second)
      Result.Notes.push_back(
          {locate(Other.Use->Use->Function, *Other.Use->Use->Site),
           "'" + Other.Evidence->Field + "' is " + verb(*Other.Use->Use) +
               " without it as well"});
  addThreads(S, Result);
  return Result;
}

} // namespace

void UnguardedStateCheck::run(const Analysis &A, FindingSink &Sink) const {
  LockModel &Model = A.locks();
  AccessScan Scan(Model);
  FieldGuards Guards(Model, Scan);
  if (!Guards.hasQuestions())
    return;
  Phases When(Model, Scan);
  auto Judge = [&](const GuardEvidence &E, const Unguarded &U) {
    return precisionOf(E, U, When, Model.name(E.Lock).IsGlobal);
  };
  std::vector<GuardEvidence> All =
      Guards.findings(When, [&](const GuardEvidence &E) {
        return std::any_of(
            E.Without.begin(), E.Without.end(),
            [&](const Unguarded &U) { return Judge(E, U).has_value(); });
      });
  std::map<std::pair<FunctionId, LockId>, std::vector<Suspect>> Grouped;
  for (const GuardEvidence &E : All)
    for (const Unguarded &U : E.Without)
      if (auto Confidence = Judge(E, U))
        Grouped[{U.Root, E.Lock}].push_back({&E, &U, *Confidence});
  Reporter Report(Model, When);
  for (auto &[Key, Suspects] : Grouped)
    Sink.report(Report.report(Suspects));
}

} // namespace gridlock

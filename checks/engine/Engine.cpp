// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Engine.h"

#include "checks/engine/CheckRegistry.h"
#include "checks/engine/FindingNotes.h"
#include "checks/engine/Fingerprint.h"
#include "checks/engine/Globs.h"
#include "checks/engine/Trace.h"
#include "checks/locks/HeldLocks.h"
#include "checks/locks/LockKinds.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace gridlock {

Analysis::Analysis(const Program &P) : P(P) {}
Analysis::~Analysis() = default;

const CallGraph &Analysis::calls() const {
  if (!TheCalls)
    TheCalls = std::make_unique<CallGraph>(P);
  return *TheCalls;
}

const Contexts &Analysis::contexts() const {
  if (!TheContexts)
    TheContexts = std::make_unique<Contexts>(P, calls());
  return *TheContexts;
}

const Reachability &Analysis::fromCoroutines() const {
  if (!Coroutines)
    Coroutines = std::make_unique<Reachability>(
        P, calls(), contexts(),
        [](const Root &R) { return R.Kind == RootKind::Coroutine; });
  return *Coroutines;
}

const Reachability &Analysis::fromCallbacks() const {
  if (!Callbacks)
    Callbacks = std::make_unique<Reachability>(
        P, calls(), contexts(),
        [](const Root &R) { return R.Kind != RootKind::Coroutine; });
  return *Callbacks;
}

const CallSites &Analysis::callSites() const { return calls().callSites(); }

LockModel &Analysis::locks() const {
  if (!TheLocks)
    TheLocks = std::make_unique<LockModel>(P, calls());
  return *TheLocks;
}

std::uint64_t Analysis::cutLocks() const {
  return TheLocks ? TheLocks->cut() : 0;
}

const HeldLocks &Analysis::heldLocks() const {
  if (!Held)
    Held = std::make_unique<HeldLocks>(locks());
  return *Held;
}

const LockKinds &Analysis::lockKinds() const {
  if (!Kinds)
    Kinds = std::make_unique<LockKinds>(P);
  return *Kinds;
}

namespace {

class Collector : public FindingSink {
public:
  Collector(std::vector<Finding> &Findings) : Findings(Findings) {}
  void report(Finding F) override {
    F.Rule = Rule;
    Findings.push_back(std::move(F));
  }
  const char *Rule = "";

private:
  std::vector<Finding> &Findings;
};

// NOLINT ranges of all files of the program, by path.
class NoLintMap {
public:
  explicit NoLintMap(const Program &P) {
    for (std::uint32_t U = 0; U < P.unitCount(); ++U)
      for (const facts::SourceFile *S : each(P.unit(U).root().files()))
        for (const facts::NoLint *N : each(S->nolint()))
          Ranges[P.text(U, S->path())].push_back(
              {N->first(), N->last(), P.text(U, N->checks())});
  }
  bool suppresses(const Finding &F) const {
    auto It = Ranges.find(F.Where.File);
    return It != Ranges.end() &&
           std::any_of(
               It->second.begin(), It->second.end(), [&](const Range &R) {
                 return R.First <= F.Where.Line && F.Where.Line <= R.Last &&
                        (R.Checks.empty() || matchesGlobs(R.Checks, F.Rule));
               });
  }

private:
  struct Range {
    unsigned First, Last;
    std::string_view Checks;
  };
  std::map<std::string_view, std::vector<Range>> Ranges;
};

Precision lowestShown(Profile Show) {
  switch (Show) {
  case Profile::Default:
    return Precision::High;
  case Profile::Strict:
    return Precision::Medium;
  case Profile::Pedantic:
    return Precision::Low;
  }
  return Precision::High;
}

bool isEnabled(const CheckInfo &Info, const AnalysisOptions &Options) {
  bool InProfile = !Info.Pedantic || Options.Show == Profile::Pedantic;
  if (Options.Checks.empty())
    return InProfile;
  // A list that starts by excluding takes away from the profile's checks.
  bool Otherwise = InProfile && Options.Checks.starts_with('-');
  return matchesGlobs(Options.Checks, Info.Id, Otherwise);
}

void countFiles(const Program &P, AnalysisCounts &Counts) {
  for (std::uint32_t U = 0; U < P.unitCount(); ++U) {
    const facts::File &File = P.unit(U).root();
    ++Counts.Files;
    Counts.Failed += File.status() == facts::ParseStatus::Failed;
    Counts.Partial += File.status() == facts::ParseStatus::Partial;
    if (File.unresolved())
      Counts.Uninstantiated += File.unresolved()->dependent_functions();
  }
  Counts.Functions = P.functions().size();
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (P.has(F, Has::UnknownEvent))
      for (const facts::Block *B : each(P.function(F).Fact->blocks()))
        for (const facts::Event *E : each(B->events()))
          Counts.UnknownKinds += E->kind() > facts::EventKind::MAX;
}

void countUnresolved(const Analysis &A, AnalysisResult &Result) {
  const Program &P = A.program();
  Result.Counts.Unresolved = A.fromCoroutines().unresolved();
  std::map<const Root *, std::uint64_t> ByRoot;
  auto Add = [&](const Reachability &Reach, FunctionId F) {
    if (std::uint32_t Calls = Reach.unresolvedIn(F))
      ByRoot[&Reach.rootOf(F)] += Calls;
  };
  for (FunctionId F : A.fromCoroutines().reached())
    Add(A.fromCoroutines(), F);
  for (FunctionId F : A.fromCallbacks().reached())
    if (!A.fromCoroutines().reaches(F)) {
      Result.Counts.Unresolved += A.fromCallbacks().unresolvedIn(F);
      Add(A.fromCallbacks(), F);
    }
  for (const auto &[R, Calls] : ByRoot) {
    const ProgramFunction &F = P.function(R->Function);
    Result.Unresolved.push_back(
        {describe(P, *R), P.locate(F.Unit, F.Fact->begin()), Calls});
  }
  std::sort(Result.Unresolved.begin(), Result.Unresolved.end(),
            [](const UnresolvedCalls &X, const UnresolvedCalls &Y) {
              return std::tie(Y.Calls, X.Where, X.Root) <
                     std::tie(X.Calls, Y.Where, Y.Root);
            });
}

} // namespace

AnalysisResult analyse(const std::vector<FactsFile> &Facts,
                       const rules::Catalogue &Rules,
                       const AnalysisOptions &Options) {
  Program P(Facts, Rules);
  Analysis A(P);
  AnalysisResult Result;
  countFiles(P, Result.Counts);
  Result.Counts.Roots = A.contexts().roots().size();
  countUnresolved(A, Result);
  for (const rules::Entry *E : P.unmatchedPatterns())
    Result.UnmatchedNames.push_back((E->file() ? E->file()->str() : "") + ":" +
                                    std::to_string(E->line()) + ": '" +
                                    E->name()->str() + "'");

  std::vector<Finding> All;
  Collector Sink(All);
  for (const CheckInfo &Info : allChecks())
    if (isEnabled(Info, Options)) {
      Sink.Rule = Info.Id;
      Info.Make()->run(A, Sink);
    }
  Result.Counts.CutLocks = A.cutLocks();
  // Before anything is hidden, so that a suppression does not shift ordinals.
  finishFindings(All);

  NoLintMap Suppressions(P);
  for (Finding &F : All) {
    if (F.Confidence < lowestShown(Options.Show))
      ++Result.Counts.Hidden;
    else if (Options.ApplyNoLint && Suppressions.suppresses(F))
      ++Result.Counts.Suppressed;
    else
      Result.Findings.push_back(std::move(F));
  }
  addMacroNotes(P, Result.Findings);
  addErrorNotes(P, Result.Findings);
  return Result;
}

} // namespace gridlock

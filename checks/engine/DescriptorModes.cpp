// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/DescriptorModes.h"

#include "checks/engine/DeadBlocks.h"
#include "checks/engine/ModeFunctions.h"
#include "checks/engine/ValueFlow.h"

#include <algorithm>
#include <array>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;

namespace {

constexpr int MaxLevels = 6;          // of wrappers around wrappers
constexpr std::size_t MaxValues = 16; // of a parameter that says which mode

bool isParameter(const AccessPath &Path) {
  return Path.Root == PlaceRoot::Param && Path.Steps.empty();
}

// A descriptor that is no error: what is returned then says nothing.
bool isFailure(const facts::Value *V) {
  return !V || (V->kind() == facts::ValueKind::Constant && V->integer() < 0);
}

constexpr std::array<std::string_view, 3> Standard{"0", "1", "2"};

// Of what keeps its mode for other functions: a field or a standard descriptor.
std::optional<std::pair<std::string_view, std::string_view>>
keptName(const AccessPath &Path) {
  if (!Path.Steps.empty() && Path.Steps.back().Kind == facts::StepKind::Field)
    return std::pair(Path.Steps.back().Owner, Path.Steps.back().Name);
  if (Path.Steps.empty() &&
      std::count(Standard.begin(), Standard.end(), Path.Global))
    return std::pair(std::string_view(), Path.Global);
  return std::nullopt;
}

} // namespace

AccessPath descriptorPath(const FactsFile &File, const facts::Value *Value) {
  if (!Value || Value->kind() != facts::ValueKind::Constant)
    return AccessPath::of(File, Value);
  AccessPath Path;
  if (Value->integer() >= 0 &&
      Value->integer() < static_cast<std::int64_t>(Standard.size())) {
    Path.Root = PlaceRoot::Global;
    Path.Global = Standard[static_cast<std::size_t>(Value->integer())];
  }
  return Path;
}

DescriptorModes::~DescriptorModes() = default;

void DescriptorModes::collectConstants(const Program &P) {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!hasFlag(P.functions()[F].Flags, facts::FunctionFlag::StaticInit) ||
        each(P.function(F).Fact->blocks()).empty())
      continue;
    Marks Held = ValueFlow(P, F, nullptr).atEntry();
    Constants->Numbers.insert(Held.Numbers.begin(), Held.Numbers.end());
  }
}

DescriptorModes::DescriptorModes(const Program &P)
    : Constants(std::make_unique<Marks>()) {
  collectConstants(P);
  for (SymbolId S = 1; S < P.symbolCount(); ++S)
    Switched |=
        P.symbol(S).Body == NoFunction && isModeSwitch(P.qualifiedName(S));
  std::vector<bool> Concerned(P.symbolCount(), false);
  bool Any = false;
  for (SymbolId S = 1; S < P.symbolCount(); ++S)
    if (P.symbol(S).Body == NoFunction && isModeFunction(P.qualifiedName(S)))
      Any = Concerned[S] = true;
  if (!Any)
    return;
  // Level by level, so that a wrapper is known before what wraps it.
  std::vector<bool> Done(P.functions().size(), false);
  for (int Level = 0; Level < MaxLevels; ++Level) {
    std::vector<FunctionId> Next;
    for (FunctionId F = 0; F < P.functions().size(); ++F) {
      if (Done[F])
        continue;
      auto Sites = P.callEvents(F);
      if (std::any_of(Sites.begin(), Sites.end(), [&](const CallEvent &C) {
            return Concerned[C.Callee] && !C.is(CallEvent::Constructs);
          }))
        Next.push_back(F);
    }
    bool Changed = false;
    for (FunctionId F : Next) {
      Done[F] = true;
      keep(P, F);
      if (Summaries.contains(F))
        Changed = Concerned[P.function(F).Symbol] = true;
    }
    if (!Changed)
      break;
  }
}

const ModeSummary *ModeSummary::when(std::int64_t Value) const {
  auto It = ByValue.find(Value);
  if (It == ByValue.end())
    It = std::prev(ByValue.end());
  return &It->second;
}

void DescriptorModes::keep(const Program &P, FunctionId F) {
  ModeSummary Summary = summarise(P, F, nullptr);
  if (decide(P, F, Summary) || !Summary.Parameters.empty() ||
      Summary.Result != Mark::Unknown)
    Summaries.emplace(F, std::move(Summary));
}

// Whether one of F's parameters says which mode: `set_blocking(fd, on)`.
bool DescriptorModes::decide(const Program &P, FunctionId F,
                             ModeSummary &Base) {
  std::map<std::uint32_t, std::set<std::int64_t>> Asked = askedParameters(P, F);
  // One that is handed on to such a function.
  for (const CallEvent &C : P.callEvents(F)) {
    FunctionId Body = C.Callee == 0 ? NoFunction : P.symbol(C.Callee).Body;
    const ModeSummary *Known = Body == NoFunction ? nullptr : of(Body);
    auto Args = each(C.Event->args());
    if (!Known || !Known->DecidedBy || *Known->DecidedBy >= Args.size())
      continue;
    if (auto Parameter = keptParameter(P, F, Args[*Known->DecidedBy]))
      for (const auto &[Value, Made] : Known->ByValue)
        Asked[*Parameter].insert(Value);
  }
  for (auto &[Parameter, Values] : Asked) {
    if (Values.size() > MaxValues)
      continue;
    Values.insert(0);
    // For those that nothing asks for.
    Values.insert(std::max<std::int64_t>(*Values.rbegin() + 1, 1));
    std::map<std::int64_t, ModeSummary> Made;
    bool Differ = false;
    for (std::int64_t Value : Values) {
      Assumed Given{Parameter, Value};
      Made[Value] = summarise(P, F, &Given);
      Differ |= !Made[Value].isSame(Made.begin()->second);
    }
    if (!Differ)
      continue;
    Base.DecidedBy = Parameter;
    Base.ByValue = std::move(Made);
    return true;
  }
  return false;
}

ModeSummary DescriptorModes::summarise(const Program &P, FunctionId F,
                                       const Assumed *Given) {
  const ProgramFunction &Fn = P.function(F);
  ValueFlow Flow(P, F, this, Given);
  ModeSummary Summary;
  bool Returns = false;
  Flow.forEach([&](const facts::Event &E, const Marks &State,
                   const std::vector<AccessPath> &Changed) {
    if (E.kind() == EventKind::Return && !isFailure(E.value())) {
      Mark M = State.of(P.unit(Fn.Unit), E.value());
      Summary.Result = Returns && M != Summary.Result ? Mark::Unknown : M;
      Returns = true;
    }
    if (E.kind() != EventKind::Call && E.kind() != EventKind::Assign &&
        E.kind() != EventKind::Construct)
      return;
    for (const AccessPath &Path : Changed) {
      auto It = State.Known.find(Path);
      Mark M = It == State.Known.end() ? Mark::Unknown : It->second;
      if (isParameter(Path) && E.kind() == EventKind::Call) {
        auto [Known, New] = Summary.Parameters.try_emplace(Path.Id, M);
        if (!New && Known->second != M)
          Known->second = Mark::Unknown;
      } else if (auto Name = Given ? std::nullopt : keptName(Path)) {
        // That a descriptor starts out blocking is no decision that it should.
        bool Decided = E.kind() == EventKind::Call;
        if (M == Mark::NonBlocking)
          Fields.try_emplace(*Name, M);
        else if (Decided)
          Fields[*Name] = Mark::Unknown;
      }
    }
  });
  if (Summary.Result != Mark::Blocking && Summary.Result != Mark::NonBlocking)
    Summary.Result = Mark::Unknown;
  return Summary;
}

const ModeSummary *DescriptorModes::of(FunctionId F) const {
  auto It = Summaries.find(F);
  return It == Summaries.end() ? nullptr : &It->second;
}

std::optional<Mark> DescriptorModes::kept(const AccessPath &Path) const {
  auto Name = keptName(Path);
  auto It = Name ? Fields.find(*Name) : Fields.end();
  return It == Fields.end() ? std::nullopt : std::optional(It->second);
}

} // namespace gridlock

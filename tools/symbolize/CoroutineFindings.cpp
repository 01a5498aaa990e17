// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/CoroutineFindings.h"

#include "tools/symbolize/LoopWaits.h"

#include "tools/symbolize/Names.h"

#include <algorithm>

namespace gridlock::symbolize {

using namespace monitor;

namespace {

std::string nameOf(const std::string &Function) {
  return qualifiedName(Function.substr(0, Function.find(" [with ")));
}

/// One process's coroutines.
class Finder {
public:
  Finder(const ProcessRecords &P, Symbolizer &S, const Places &Where)
      : P(P), S(S), Where(Where) {}

  SeenCoroutines find();

private:
  void unawaited(const CoroutineEventRecord &E, const CoroutineData &C);
  void held(const CoroutineEventRecord &E, const CoroutineData &C);
  void slow(const CoroutineData &C);
  void pending(const CoroutineData &C);
  Location at(const CoroutineData &C, std::uint32_t Line) const {
    return Where.relative({C.File, Line, 0});
  }

  const ProcessRecords &P;
  Symbolizer &S;
  const Places &Where;
  SeenCoroutines Seen;
};

/// Only where the function that made the task is still active: elsewhere a
/// queue may have been emptied.
void Finder::unawaited(const CoroutineEventRecord &E, const CoroutineData &C) {
  const std::string Name = nameOf(C.Function);
  const auto Raw = P.Stacks.find({RecordKind::Unawaited, E.Id});
  std::vector<Frame> Stack;
  if (Raw != P.Stacks.end())
    Stack = S.unwind(Raw->second);
  const Side Maker = Where.sideOf(S.at(E.Place, P.lastMaps()));
  const auto Active =
      std::find_if(Stack.begin(), Stack.end(), [&](const Frame &F) {
        return F.User && F.Function == Maker.Function;
      });
  if (Active == Stack.end() || Maker.Function == Name) {
    Seen.Remarks.push_back(std::to_string(E.Count) + " of coroutine '" + Name +
                           "' were destroyed before they ran");
    return;
  }
  SeenFinding &Found = Seen.Findings.emplace_back();
  Finding &F = Found.Result;
  F.Rule = "gridlock-unawaited-task";
  F.Confidence = Precision::VeryHigh;
  F.Function = Maker.Function;
  F.Operation = Name;
  F.Where = Where.relative(Active->Where);
  F.Message = "the task of coroutine '" + Name + "' was dropped here " +
              times(E.Count) + " and never ran; co_await it";
  F.Notes.push_back({Maker.Where, "it was made in " + Maker.Function});
  F.Notes.push_back({at(C, C.Head.Line), "coroutine '" + Name + "' is here"});
  Where.addNotes(F, {Active, Stack.end()});
  Found.Frames = std::move(Stack);
  Found.Numbers.Count = E.Count;
}

void Finder::held(const CoroutineEventRecord &E, const CoroutineData &C) {
  const std::string Name = nameOf(C.Function);
  SeenFinding &Found = Seen.Findings.emplace_back();
  Finding &F = Found.Result;
  F.Rule = "gridlock-lock-across-suspension";
  F.Confidence = Precision::VeryHigh;
  F.Function = Name;
  F.Where = at(C, E.Line);
  F.Message = "coroutine '" + Name +
              "' was suspended here with a lock of its thread held " +
              times(E.Count);
  if (E.Moved != 0)
    F.Message += ", and resumed by another thread " + times(E.Moved);
  const Side Taken = Where.sideOf(S.at(E.Place, P.lastMaps()));
  F.Notes.push_back(
      {Taken.Where, "lock " + hexadecimal(E.Lock) + " is taken here"});
  if (const auto Raw = P.Stacks.find({RecordKind::Suspension, E.Id});
      Raw != P.Stacks.end())
    Found.Frames = S.unwind(Raw->second);
  Where.addNotes(F, Found.Frames);
  Found.Numbers.Count = E.Count;
}

void Finder::slow(const CoroutineData &C) {
  const CoroutineRecord &R = C.Head;
  if (R.Slow == 0 || R.Max < std::uint64_t{P.Header.ThresholdMs} * 1000000)
    return;
  SeenFinding &Found = Seen.Findings.emplace_back();
  Finding &F = Found.Result;
  F.Rule = "gridlock-loop-stall";
  F.Confidence = Precision::High;
  F.Function = nameOf(C.Function);
  F.Operation = "coroutine-step";
  F.Where = at(C, R.From);
  F.Message = "coroutine '" + F.Function +
              "' kept its thread from here to line " + std::to_string(R.To) +
              " without a suspension " + times(R.Slow) + ", worst " +
              duration(R.Max);
  Frame Body;
  Body.Function = F.Function;
  Body.Where = {C.File, R.From, 0};
  Found.Frames = {Body};
  Found.Numbers = {R.Slow, R.Max, R.Max, false};
}

void Finder::pending(const CoroutineData &C) {
  const CoroutineRecord &R = C.Head;
  const std::uint64_t Gone = R.Finished + R.Destroyed;
  if (!P.Ended || R.Created <= Gone)
    return;
  const Location Place = at(C, R.Last != 0 ? R.Last : R.Line);
  std::string Text = std::to_string(R.Created - Gone) + " of coroutine '" +
                     nameOf(C.Function) + "' were pending at the end";
  if (R.Created > R.Started + R.Destroyed)
    Text += ", " + std::to_string(R.Created - R.Started - R.Destroyed) +
            " had not started";
  Text += (R.Last != 0 ? "; last suspended at " : "; it is at ") + Place.File +
          ":" + std::to_string(Place.Line);
  Seen.Remarks.push_back(std::move(Text));
}

SeenCoroutines Finder::find() {
  for (const auto &[Which, E] : P.CoroutineEvents) {
    const auto C = P.Coroutines.find(E.Coroutine);
    if (C == P.Coroutines.end())
      continue;
    if (Which.first == RecordKind::Unawaited)
      unawaited(E, C->second);
    else if (Which.first == RecordKind::Suspension)
      held(E, C->second);
  }
  for (const auto &[Id, C] : P.Coroutines) {
    slow(C);
    pending(C);
  }
  return std::move(Seen);
}

} // namespace

SeenCoroutines findCoroutines(const ProcessRecords &P, Symbolizer &S,
                              const Places &Where) {
  return Finder(P, S, Where).find();
}

Frame awaitingFrame(const ChainLink &Link) {
  Frame F;
  F.Function = nameOf(Link.Function);
  F.Display = Link.Function;
  F.Where = {Link.File, Link.Line, 0};
  F.User = F.Coroutine = true;
  F.Relation = "awaited by coroutine ";
  return F;
}

Frame callbackFrame(const ProcessRecords &P, Symbolizer &S,
                    const std::vector<ChainLink> &Links) {
  const ChainLink &What = Links[0], &Of = Links[1];
  Frame F;
  F.Relation = "in the handler of " + Of.Function +
               (Of.Function.empty() ? "" : " ") + What.Function;
  F.Function = Of.File;
  F.Where = {What.File, What.Line, 0};
  F.User = true;
  if (const auto Made = P.Stacks.find({RecordKind::Created, Of.Line});
      Made != P.Stacks.end()) {
    const std::vector<Frame> Stack = S.unwind(Made->second);
    if (const Frame *User = innermostUser(Stack)) {
      F.Function = User->Function;
      F.Where = User->Where;
    }
  }
  if (!F.Function.empty())
    F.Relation += ", made by ";
  return F;
}

} // namespace gridlock::symbolize

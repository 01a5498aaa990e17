// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/rules/CallMaker.h"

#include <algorithm>

namespace gridlock::test {

using rules::Condition;
using rules::ConditionKind;

namespace {

constexpr int Receiver = -1, Any = -2, Last = -3, Result = -4, All = -5;
constexpr int SetFlags = 4, NonBlock = 04000; // F_SETFL, O_NONBLOCK

std::vector<const Condition *>
each(const flatbuffers::Vector<flatbuffers::Offset<Condition>> *List) {
  if (!List)
    return {};
  return {List->begin(), List->end()};
}

} // namespace

std::vector<CallMaker::Candidate>
CallMaker::candidates(const std::vector<Wish> &Wishes) {
  std::vector<Candidate> Result;
  for (std::int64_t N : {1000, 0, 1, -1})
    Result.push_back({Candidate::Number, N, ""});
  for (const Wish &W : Wishes) {
    std::int64_t N = W.Condition->value();
    std::string Name = W.Condition->name() ? W.Condition->name()->str() : "";
    for (std::int64_t Near : {N, N - 1, N + 1, ~N})
      Result.push_back({Candidate::Number, Near, ""});
    if (W.Condition->kind() == ConditionKind::HasFlag)
      Result.push_back({Candidate::Flag, N, Name});
    if (W.Condition->kind() == ConditionKind::ArgumentType ||
        W.Condition->kind() == ConditionKind::ReceiverType)
      Result.push_back({Candidate::Typed, 0, Name});
  }
  Result.push_back({Candidate::Typed, 0, "OtherType"});
  for (auto Kind : {Candidate::Null, Candidate::Address, Candidate::NonBlocking,
                    Candidate::Ready, Candidate::Unknown})
    Result.push_back({Kind, 0, ""});
  return Result;
}

CallMaker::Truth CallMaker::judge(const Condition &C, const Candidate &V) {
  auto Is = [](bool B) { return B ? Truth::Yes : Truth::No; };
  bool IsNumber = V.What == Candidate::Number || V.What == Candidate::Flag;
  bool HasBits = C.value() && (V.Value & C.value()) == C.value();
  switch (C.kind()) {
  case ConditionKind::Equals:
    return IsNumber ? Is(V.Value == C.value()) : Truth::Maybe;
  case ConditionKind::Less:
    return IsNumber ? Is(V.Value < C.value()) : Truth::Maybe;
  case ConditionKind::HasFlag:
    return IsNumber ? Is(HasBits) : Truth::Maybe;
  case ConditionKind::LacksFlag:
    return IsNumber ? Is(!HasBits) : Truth::Maybe;
  case ConditionKind::ZeroDuration:
    return IsNumber ? Is(V.Value == 0) : Truth::Maybe;
  case ConditionKind::NonblockingDescriptor:
    return V.What == Candidate::NonBlocking ? Truth::Yes
           : IsNumber                       ? Truth::No
                                            : Truth::Maybe;
  case ConditionKind::ReadyFuture:
    return Is(V.What == Candidate::Ready);
  case ConditionKind::IsNull:
  case ConditionKind::NotNull: {
    bool Wanted = C.kind() == ConditionKind::IsNull;
    if (V.What == Candidate::Null || IsNumber)
      return Is((V.What == Candidate::Null || V.Value == 0) == Wanted);
    return V.What == Candidate::Address ? Is(!Wanted) : Truth::Maybe;
  }
  case ConditionKind::ArgumentType:
  case ConditionKind::ReceiverType:
    return V.What == Candidate::Typed ? Is(V.Name == C.name()->str())
                                      : Truth::Maybe;
  case ConditionKind::ArgumentCount:
    break; // no property of one argument
  }
  return Truth::Maybe;
}

bool CallMaker::choose(const std::vector<Wish> &Wishes, Candidate &Chosen) {
  int Best = -1;
  for (const Candidate &V : candidates(Wishes)) {
    int Score = 0;
    for (const Wish &W : Wishes) {
      Truth T = judge(*W.Condition, V);
      // What shall hold must hold for certain; what shall not may stay open.
      if (T == (W.Holds ? Truth::No : Truth::Yes) ||
          (W.Holds && T == Truth::Maybe)) {
        Score = -1;
        break;
      }
      Score += T == Truth::Maybe ? 1 : 2;
    }
    if (Score > Best) {
      Best = Score;
      Chosen = V;
    }
  }
  return Best >= 0;
}

int CallMaker::argumentCount(int Excuse) const {
  int Count = 0;
  for (int Index : {Rule.lock(), Rule.callable()})
    Count = std::max(Count, Index + 1);
  std::vector<const Condition *> Excuses = each(Rule.unless());
  auto Look = [&](const Condition *C) {
    bool NeedsOne = C->arg() == Last || C->arg() == Any || C->arg() == All;
    Count = std::max(Count, NeedsOne ? 1 : C->arg() + 1);
  };
  for (const Condition *C : each(Rule.when()))
    Look(C);
  for (const Condition *C : Excuses)
    Look(C);
  for (const Condition *C : Excuses)
    if (C->kind() == ConditionKind::ArgumentCount && C->value() == Count)
      ++Count;
  for (const Condition *C : each(Rule.when()))
    if (C->kind() == ConditionKind::ArgumentCount)
      Count = static_cast<int>(C->value());
  if (Excuse >= 0 && Excuses[Excuse]->kind() == ConditionKind::ArgumentCount)
    Count = static_cast<int>(Excuses[Excuse]->value());
  return Count;
}

std::vector<CallMaker::Wish> CallMaker::wishes(int Index, int Count,
                                               int Excuse) const {
  std::vector<Wish> Result;
  auto Concerns = [&](const Condition *C) {
    if (C->kind() == ConditionKind::ArgumentCount)
      return false;
    return C->arg() == Index ||
           (Index >= 0 && (C->arg() == Any || C->arg() == All)) ||
           (C->arg() == Last && Index == Count - 1 && Count > 0);
  };
  for (const Condition *C : each(Rule.when()))
    if (Concerns(C))
      Result.push_back({C, true});
  std::vector<const Condition *> Excuses = each(Rule.unless());
  for (std::size_t I = 0; I < Excuses.size(); ++I) {
    bool Wanted = static_cast<int>(I) == Excuse;
    // One excuse is enough: the others are free then.
    if (Concerns(Excuses[I]) && (Wanted || Excuse < 0))
      Result.push_back({Excuses[I], Wanted});
  }
  return Result;
}

PlaceT CallMaker::place(FunctionBuilder &F, const Candidate &V,
                        const std::string &Local) {
  PlaceT Place = F.local(Local, V.What == Candidate::Typed ? V.Name : "");
  if (V.What == Candidate::NonBlocking) {
    std::vector<ValueT> Args;
    Args.push_back(Facts.value(F.local(Local)));
    Args.push_back(Facts.constant(SetFlags));
    Args.push_back(Facts.flags(NonBlock, "O_NONBLOCK"));
    F.call("fcntl", std::move(Args));
  }
  if (V.What == Candidate::Ready)
    F.method("std::future::wait", F.local(Local));
  return Place;
}

ValueT CallMaker::make(FunctionBuilder &F, const Candidate &V,
                       const std::string &Local) {
  ValueT Value;
  switch (V.What) {
  case Candidate::Unknown:
    return Facts.unknown();
  case Candidate::Number:
    return Facts.constant(V.Value);
  case Candidate::Flag:
    return Facts.flags(V.Value, V.Name);
  case Candidate::Null:
    Value.kind = facts::ValueKind::Null;
    return Value;
  case Candidate::Address:
    return Facts.addressOf(Facts.global("object"));
  case Candidate::Typed:
  case Candidate::NonBlocking:
  case Candidate::Ready:
    break;
  }
  return Facts.value(place(F, V, Local));
}

bool CallMaker::add(FunctionBuilder &F, int Excuse) {
  int Count = argumentCount(Excuse);
  std::vector<Candidate> Chosen(Count, {Candidate::Unknown, 0, ""});
  for (int I = 0; I < Count; ++I)
    if (!choose(wishes(I, Count, Excuse), Chosen[I]))
      return false;
  Candidate Object{Candidate::Unknown, 0, ""}, Given = Object;
  std::vector<Wish> OfObject = wishes(Receiver, Count, Excuse);
  std::vector<Wish> OfResult = wishes(Result, Count, Excuse);
  if (!choose(OfObject, Object) || !choose(OfResult, Given))
    return false;
  std::vector<ValueT> Args;
  for (int I = 0; I < Count; ++I)
    Args.push_back(make(F, Chosen[I], "a" + std::to_string(I)));
  std::string Name = Rule.name()->str();
  Facts.library(Name);
  bool IsMethod = !OfObject.empty() || Rule.lock() == Receiver;
  PlaceT Place = IsMethod ? place(F, Object, "object") : PlaceT();
  EventT &Call = IsMethod ? F.method(Name, std::move(Place), std::move(Args))
                          : F.call(Name, std::move(Args));
  if (!OfResult.empty() && Given.What == Candidate::Typed)
    Call.type = Facts.type(Given.Name);
  return true;
}

} // namespace gridlock::test

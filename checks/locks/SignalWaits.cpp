// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/SignalWaits.h"

#include "checks/engine/Classify.h"
#include "checks/locks/LockPaths.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using rules::Effect;

namespace {

bool isOf(const facts::Value *V, PlaceRoot Root, std::uint32_t Id) {
  return V && V->place() && V->place()->root() == Root &&
         V->place()->id() == Id;
}

bool isEnd(const facts::Event &E) {
  return E.kind() == EventKind::LifetimeBegin ||
         E.kind() == EventKind::LifetimeEnd ||
         E.implicit() == facts::ImplicitKind::Destructor;
}

// Whether nothing but that a future is ready keeps it from waiting.
bool onlyIfReady(const rules::Entry &Entry) {
  for (const rules::Condition *C : each(Entry.unless()))
    if (C->kind() != rules::ConditionKind::ReadyFuture)
      return false;
  return true;
}

class Finder {
public:
  Finder(const Program &P, FunctionId Id,
         const std::vector<const ThreadStart *> &Threads)
      : P(P), Id(Id), F(P.function(Id)), Threads(Threads) {}
  std::vector<SignalWait> run();

private:
  bool waits(const facts::Event &E) const;
  bool givesFuture(const facts::Event &E) const;
  std::uint32_t promiseOf(std::uint32_t Future) const;
  const ThreadStart *onlyUser(std::uint32_t Object, std::uint32_t &Capture,
                              bool &StartsAtZero) const;
  bool uses(const facts::Value *V, std::uint32_t Object,
            std::vector<const facts::Value *> &Callables) const;
  std::vector<const facts::Event *> signs(const ThreadStart &T,
                                          std::uint32_t Capture) const;

  const Program &P;
  FunctionId Id;
  const ProgramFunction &F;
  const std::vector<const ThreadStart *> &Threads;
};

// Until something happens, however long that takes.
bool Finder::waits(const facts::Event &E) const {
  if (E.kind() != EventKind::Call || !E.receiver() || !E.receiver()->place() ||
      E.receiver()->place()->root() != PlaceRoot::Local ||
      each(E.receiver()->place()->path()).size() != 0 ||
      each(E.args()).size() > E.default_args())
    return false; // with a time
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol())))
    if (does(*Entry, Effect::Blocks) &&
        Entry->category() == rules::Category::Wait &&
        Entry->cost() == rules::Cost::Unbounded && onlyIfReady(*Entry))
      return true;
  return false;
}

bool Finder::givesFuture(const facts::Event &E) const {
  return does(P.entries(P.resolve(F.Unit, E.symbol())), Effect::GivesFuture);
}

// The local of whose future the local FUTURE is; else itself.
std::uint32_t Finder::promiseOf(std::uint32_t Future) const {
  const facts::Event *Maker = nullptr;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->kind() == EventKind::Construct && E->place() &&
          E->place()->root() == PlaceRoot::Local && E->place()->id() == Future)
        if (AccessPath From = AccessPath::of(P.unit(F.Unit), E->value());
            From.Root == PlaceRoot::CallResult)
          Maker = callOf(*F.Fact, From);
  const facts::Place *Promise =
      Maker && givesFuture(*Maker) && Maker->receiver()
          ? Maker->receiver()->place()
          : nullptr;
  return Promise && Promise->root() == PlaceRoot::Local ? Promise->id()
                                                        : Future;
}

// Whether V is the object, or collects in CALLABLES that it captures it.
bool Finder::uses(const facts::Value *V, std::uint32_t Object,
                  std::vector<const facts::Value *> &Callables) const {
  if (!V)
    return false;
  for (const facts::CapturedValue *C : each(V->captures()))
    if (isOf(C->value(), PlaceRoot::Local, Object))
      Callables.push_back(V);
  return isOf(V, PlaceRoot::Local, Object);
}

// The thread that alone knows the object besides this function, which only
// makes it, waits for it and ends it.
const ThreadStart *Finder::onlyUser(std::uint32_t Object,
                                    std::uint32_t &Capture,
                                    bool &StartsAtZero) const {
  std::vector<const facts::Value *> Callables;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (isEnd(*E))
        continue;
      bool Used = uses(E->value(), Object, Callables);
      for (const facts::Value *Arg : each(E->args()))
        Used |= uses(Arg, Object, Callables);
      if (Used)
        return nullptr;
      if (E->place() && E->place()->root() == PlaceRoot::Local &&
          E->place()->id() == Object) {
        if (E->kind() != EventKind::Construct)
          return nullptr;
        auto Args = each(E->args());
        StartsAtZero = Args.size() > 0 &&
                       Args[0]->kind() == facts::ValueKind::Constant &&
                       Args[0]->integer() == 0;
      }
      if (uses(E->receiver(), Object, Callables) && !waits(*E) &&
          !givesFuture(*E))
        return nullptr;
    }
  const ThreadStart *Found = nullptr;
  for (const ThreadStart *T : Threads)
    if (T->Callable && !Callables.empty() &&
        T->Callable->symbol() == Callables.front()->symbol()) {
      if (Found && Found->Site != T->Site)
        return nullptr;
      Found = T;
    }
  for (const facts::Value *V : Callables)
    if (!Found || V->symbol() != Found->Callable->symbol())
      return nullptr;
  if (!Found)
    return nullptr;
  auto Captures = each(Found->Callable->captures());
  for (Capture = 0; Capture < Captures.size(); ++Capture)
    if (isOf(Captures[Capture]->value(), PlaceRoot::Local, Object))
      return Found;
  return nullptr;
}

// Calls of methods of what the thread's function captured; none if it does
// anything else with it.
std::vector<const facts::Event *> Finder::signs(const ThreadStart &T,
                                                std::uint32_t Capture) const {
  std::vector<const facts::Event *> Result;
  auto IsIt = [&](const facts::Value *V) {
    if (!V)
      return false;
    for (const facts::CapturedValue *C : each(V->captures()))
      if (isOf(C->value(), PlaceRoot::Capture, Capture))
        return true;
    return isOf(V, PlaceRoot::Capture, Capture);
  };
  for (const facts::Block *B : each(P.function(T.Body).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      auto Args = each(E->args());
      if (isEnd(*E) || E->kind() == EventKind::AddressTaken ||
          E->kind() == EventKind::Read || E->kind() == EventKind::Write)
        continue;
      if (IsIt(E->value()) || std::any_of(Args.begin(), Args.end(), IsIt))
        return {};
      if (E->kind() == EventKind::Call && IsIt(E->receiver()))
        Result.push_back(E);
    }
  return Result;
}

std::vector<SignalWait> Finder::run() {
  std::vector<SignalWait> Result;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (!waits(*E))
        continue;
      const std::uint32_t Waited = E->receiver()->place()->id();
      const std::uint32_t Object = promiseOf(Waited);
      std::uint32_t Capture = 0;
      bool StartsAtZero = false;
      const ThreadStart *T = onlyUser(Object, Capture, StartsAtZero);
      // What counts down has to be told; what is counted may be there already.
      bool Counts =
          lastComponent(P.qualifiedName(P.resolve(F.Unit, E->symbol())))
                  .find("wait") == std::string_view::npos &&
          Object == Waited;
      if (!T || (Counts && !StartsAtZero))
        continue;
      if (auto Signs = signs(*T, Capture); !Signs.empty())
        Result.push_back({E, T, std::move(Signs)});
    }
  return Result;
}

} // namespace

std::vector<SignalWait>
findSignalWaits(const Program &P, FunctionId F,
                const std::vector<const ThreadStart *> &Threads) {
  return Finder(P, F, Threads).run();
}

bool comesFirst(const Program &P, const SignalWait &W,
                const facts::Event *Site) {
  auto Blocks = each(P.function(W.Thread->Body).Fact->blocks());
  std::vector<bool> Seen(Blocks.size());
  std::vector<std::uint32_t> Pending{0};
  while (!Pending.empty()) {
    std::uint32_t B = Pending.back();
    Pending.pop_back();
    if (Seen[B])
      continue;
    Seen[B] = true;
    bool Passed = false;
    for (const facts::Event *E : each(Blocks[B]->events())) {
      Passed |= E == Site;
      if (!Passed &&
          std::find(W.Signs.begin(), W.Signs.end(), E) != W.Signs.end())
        return false;
    }
    if (!Passed)
      for (const facts::Edge *E : each(Blocks[B]->edges()))
        Pending.push_back(E->to());
  }
  return true;
}

} // namespace gridlock

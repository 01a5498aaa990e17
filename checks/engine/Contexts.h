// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where code runs on an event loop: the async roots, and for coroutines that
// switch their executor the events after which they are somewhere else.
//
// Roots are coroutines of task kind (told from generators by their promise)
// that are not always run elsewhere (Offloaded.h), callables handed to
// something that runs them on a loop, functions annotated so, and the event
// loops that the program wrote itself (OwnLoops.h). Bodies in system headers,
// `main`, static initialisers and what is written in the body of a test are
// none.
//
// Threads: one at a time. Cost: roots linear in functions; `onLoop` linear
// in the events of one function.
#ifndef GRIDLOCK_ENGINE_CONTEXTS_H
#define GRIDLOCK_ENGINE_CONTEXTS_H

#include "checks/engine/CallGraph.h"
#include "checks/engine/Program.h"
#include "checks/engine/Switches.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace gridlock {

class OffLoop;

enum class RootKind : std::uint8_t {
  Coroutine,
  LoopCallback,
  Annotated,
  OwnLoop // the body of an event loop that the program wrote itself
};

struct Root {
  FunctionId Function;
  RootKind Kind;
  const LoopCallable *Handed =
      nullptr; // LoopCallback: where it was handed over
};

class Contexts {
public:
  Contexts(const Program &P, const CallGraph &Calls);
  ~Contexts();

  /// By function, each function at most once; coroutines before callbacks.
  const std::vector<Root> &roots() const { return Roots; }
  /// Whether F is a coroutine root: it is started, not followed, by its
  /// callers.
  bool isCoroutineRoot(FunctionId F) const { return CoroutineRoot[F]; }

  /// ... by function.
  const std::vector<bool> &coroutines() const { return CoroutineRoot; }

  using Visitor =
      std::function<void(std::uint32_t Block, const facts::Event &Event)>;
  /// Visits the events of F that can be reached and that run in the context F
  /// was entered in: for a coroutine, those before it left the loop or after it
  /// came back, on some path; for an event loop of the program's own, those of
  /// the loop. What a child process does (ChildProcess.h) is left out.
  void forEachOnLoop(FunctionId F, const Visitor &Visit) const;
  /// The same for calls and constructions: VISIT(Program::callEvent's number).
  template <typename Use>
  void forEachCallOnLoop(FunctionId F, Use Visit) const {
    const OwnLoop *Loop = Own.of(F);
    const std::vector<bool> *Child = childOf(F);
    Executors.visitCalls(F, [&](std::size_t Call, bool OnLoop) {
      if (OnLoop && isInLoop(Loop, Child, P.callEvent(Call).Block))
        Visit(Call);
    });
  }
  /// Whether F is a coroutine that may leave the executor it was entered on.
  bool switches(FunctionId F) const { return Executors.switches(F); }
  /// Whether F is a coroutine that may switch to a loop itself.
  bool switchesToLoop(FunctionId F) const { return Executors.toLoop(F); }

  /// What is called away from the loops. Made when first asked for.
  const OffLoop &offLoop() const;

  /// The framework whose advice fits: of the root's task type, else the one
  /// that the root's file uses most, else "any".
  std::string frameworkOf(const Root &R) const;

  /// Whether what E of coroutine F awaits has F go on elsewhere than on a loop.
  bool leavesAt(FunctionId F, const facts::Event &E) const {
    return Executors.leavesAt(F, E);
  }

private:
  bool isAnnotated(FunctionId F) const;
  bool isInLoop(const OwnLoop *Loop, const std::vector<bool> *Child,
                std::uint32_t Block) const {
    return (!Loop || Loop->Body[Block]) && (!Child || !(*Child)[Block]);
  }
  const std::vector<bool> *childOf(FunctionId F) const {
    auto It = Children.find(F);
    return It == Children.end() ? nullptr : &It->second;
  }

  const Program &P;
  const CallGraph &Calls;
  const OwnLoops &Own;
  std::vector<Root> Roots;
  std::vector<bool> CoroutineRoot;
  Switches Executors;
  std::map<FunctionId, std::vector<bool>> Children; // blocks of processes
  mutable std::unique_ptr<const OffLoop> Elsewhere;
};

} // namespace gridlock

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gridlock's static checks can't see for themselves, said in the source.
// For C and C++, any compiler; where it isn't Clang the macros are empty. They
// make no code and need no library.
//
// On a function: in front of its declaration (one of them is enough), but behind
// any [[attribute]]; overrides inherit it. On a lambda: after its parameters. On a parameter: in front of it.
//
//   GRIDLOCK_BLOCKING int wait_for_answer(struct link *);
//   GRIDLOCK_RUNS_ON_LOOP virtual void onRequest(Request &);
//   void defer(GRIDLOCK_RUNS_ON_LOOP std::function<void()> Later);
//   auto Tick = [this]() GRIDLOCK_RUNS_ON_LOOP { ... };
#ifndef GRIDLOCK_ANNOTATIONS_H
#define GRIDLOCK_ANNOTATIONS_H

#if defined(__clang__)
#define GRIDLOCK_ANNOTATE(What) __attribute__((annotate("gridlock::" What)))
#else
#define GRIDLOCK_ANNOTATE(What)
#endif

/* The function waits: for a peer, a disk, another thread. Its body is not
   looked at. */
#define GRIDLOCK_BLOCKING GRIDLOCK_ANNOTATE("blocking")

/* The function never blocks, whatever it seems to do. Its body is not looked
   at when it is called. */
#define GRIDLOCK_NONBLOCKING GRIDLOCK_ANNOTATE("nonblocking")

/* Function: an event loop runs it, so it must not block. Parameter: the
   callable that is given is run by an event loop, later. */
#define GRIDLOCK_RUNS_ON_LOOP GRIDLOCK_ANNOTATE("runs_on_loop")

/* Function: callables and tasks that it is given run away from the loop, where
   they may block; without parameters: what follows a co_await of its result
   does. Parameter: the callable that is given does. */
#define GRIDLOCK_OFFLOADS GRIDLOCK_ANNOTATE("offloads")

/* Function: tasks that it is given are meant to run with nobody waiting for
   them. */
#define GRIDLOCK_DETACHES GRIDLOCK_ANNOTATE("detaches")

#endif

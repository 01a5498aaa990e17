/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The monitor's interface for programs and for generated interposers. C and
 * C++. All functions are weak: a program that includes this header also links
 * and runs without the monitor (check gridlock_monitor_active first, or use the
 * macros, which do). Any thread may call them; none allocates, locks or changes
 * errno.
 */
#ifndef GRIDLOCK_MONITOR_H
#define GRIDLOCK_MONITOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One call that may block, on the caller's stack while it lasts. The fields are
 * the monitor's own business. */
struct gridlock_call {
  uint64_t registers[8]; /* rip rsp rbp rbx r12 r13 r14 r15 */
  const char *operation;
  const void *object; /* the lock waited for, or null */
  struct gridlock_call *outer;
  void *thread;
  uint64_t start;
  uint64_t site;
  const char *kinds; /* of the arguments, or null */
  uint64_t arguments[2];
  void (*left)(struct gridlock_call *); /* null: gridlock_call_end */
};

/* Keeps what is needed to take this thread's stack from outside during the
 * call. Must be in the function that makes the call. */
#define GRIDLOCK_CAPTURE(CALL)                                                 \
  __asm__ volatile("leaq 0f(%%rip), %%rax\n\t"                                 \
                   "movq %%rax, 0(%0)\n\t"                                     \
                   "movq %%rsp, 8(%0)\n\t"                                     \
                   "movq %%rbp, 16(%0)\n\t"                                    \
                   "movq %%rbx, 24(%0)\n\t"                                    \
                   "movq %%r12, 32(%0)\n\t"                                    \
                   "movq %%r13, 40(%0)\n\t"                                    \
                   "movq %%r14, 48(%0)\n\t"                                    \
                   "movq %%r15, 56(%0)\n\t"                                    \
                   "0:"                                                        \
                   :                                                           \
                   : "r"((CALL)->registers)                                    \
                   : "rax", "memory")

/* 1 if the monitor is there and working. */
__attribute__((weak)) int gridlock_monitor_active(void);

/* Bracket a call that may block, e.g. into a statically linked library:
 *   struct gridlock_call c;
 *   GRIDLOCK_CAPTURE(&c);
 *   gridlock_call_begin(&c, "mylib/fetch", __builtin_return_address(0));
 *   ... the call ...
 *   gridlock_call_end(&c);
 * operation must live as long as the program. Calls may nest, and must end in
 * reverse order on every path, exceptions included: by a destructor, or by
 * gridlock_call_left. */
__attribute__((weak)) void gridlock_call_begin(struct gridlock_call *call,
                                               const char *operation,
                                               const void *return_address);
__attribute__((weak)) void gridlock_call_end(struct gridlock_call *call);

/* The personality routine of a function without any other one that brackets a
 * call: ends it when an exception or pthread_cancel leaves the function. A
 * compiler's own asks the unwinder, which must be the one it was linked to; this
 * one does not, so glibc may unwind with libgcc's in a program whose own is
 * LLVM's. Used by the interposers, by ".cfi_personality". */
__attribute__((weak)) int gridlock_call_left(int version, int actions,
                                             uint64_t exception_class,
                                             void *exception, void *context);

/* The same, and what the call is made on, which reports tell of the longest
 * one: kinds has a letter for each of the (up to two) arguments, e.g. "p" path,
 * "d" descriptor, "h" host name, "t" any text; the whole list is
 * runtime-monitor/core/arguments.inc. Pointers must stay good until the end. */
__attribute__((weak)) void
gridlock_call_begin_on(struct gridlock_call *call, const char *operation,
                       const void *return_address, const char *kinds,
                       uint64_t first, uint64_t second);

/* Names the event loop that runs on this thread, in reports (at most 31
 * letters). May be called before the loop runs. */
__attribute__((weak)) void gridlock_name_loop(const char *name);

/* The event loop of this thread is stalled after so many milliseconds; 0: as
 * the options say (threshold_ms, loop_threshold). May be called before the loop
 * runs. */
__attribute__((weak)) void gridlock_loop_threshold(unsigned milliseconds);

/* One callback that a loop runs, on the caller's stack while it lasts: tells one
 * long callback from many short ones, and names it in reports. The texts may be
 * null and must live as long as the program: what it is (of which object), and
 * the function, file and line that made it. created: what
 * gridlock_callback_created returned then, or 0. Callbacks may nest.
 * gridlock/asio_tracking.h does this for Asio's handlers. */
struct gridlock_callback {
  const char *object, *name, *function, *file;
  uint32_t line, created;
  uint64_t start; /* from here on the monitor's own business */
  struct gridlock_callback *outer;
  void *thread;
};
__attribute__((weak)) void
gridlock_callback_begin(struct gridlock_callback *callback);
__attribute__((weak)) void
gridlock_callback_end(struct gridlock_callback *callback);
/* A callback is made, for later: the stack of the first one of each place is
 * kept, where a place is the return address and those above it in the program
 * (call: as above, captured by the caller; up to 64 places of an address; 0:
 * not kept). */
__attribute__((weak)) uint32_t
gridlock_callback_created(struct gridlock_call *call,
                          const void *return_address);

#define GRIDLOCK_NAME_LOOP(NAME)                                               \
  do {                                                                         \
    if (gridlock_name_loop)                                                    \
      gridlock_name_loop(NAME);                                                \
  } while (0)

#ifdef __cplusplus
}
#endif

#endif

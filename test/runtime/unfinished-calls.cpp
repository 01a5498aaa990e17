// A callback is inside a blocking call when the program ends, in each of the ways, on another
// thread or on its own one (in a signal's handler): it was blocked in that call, on what that was
// made on, for as long as it had lasted, and it's not over.
// RUN: %victim %s -o %t.preloaded
// RUN: %victim %s -Wl,--no-as-needed %monitor_so -Wl,-rpath,%build/lib -o %t.shared
// RUN: %victim %s -Wl,--whole-archive %monitor_a -Wl,--no-whole-archive -ldl -o %t.static
// RUN: for w in preloaded shared static; do \
// RUN:   if [ $w = preloaded ]; then first=%monitor_so; else first=; fi; \
// RUN:   for how in "other _exit" "other exit" "other quick_exit" "other main" "own _exit" "own exit" "own quick_exit"; do \
// RUN:     rm -rf %t.r && env LD_PRELOAD=$first GRIDLOCK_OPTIONS=dir=%t.r:verbosity=0 %t.$w $how && \
// RUN:     %gridlock report %t.r --format json --output %t.json && \
// RUN:     %expect %t.json "len(by['gridlock-blocking-in-callback']) == 1 and 'gridlock-loop-stall' not in by" \
// RUN:       "op('never_bad') == 'posix-file/read' and '(pipe)' in said('never_bad') and named('never_bad')['unfinished']" \
// RUN:       "named('never_bad')['count'] == 1 and 290 * ms <= named('never_bad')['worst_ns'] < 2000 * ms" \
// RUN:       || { echo "$w $how" >&2; exit 1; }; done; done
//
// Two calls, of which the first is over.
// RUN: rm -rf %t.r && %gridlock run --output %t.r -- %t.preloaded own second
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json "len(findings) == 2" "op('first_bad') == 'posix-sleep/usleep' and not named('first_bad')['unfinished']" \
// RUN:   "200 * ms <= named('first_bad')['worst_ns'] < 400 * ms" "named('never_bad')['worst_ns'] >= 200 * ms" \
// RUN:   "op('never_bad') == 'posix-file/read' and named('never_bad')['unfinished']"
//
// What ends the program is called back by the call.
// RUN: rm -rf %t.r && %gridlock run --output %t.r -- %t.preloaded own calledBack
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json "len(findings) == 1" "op('walks_bad') == 'posix-file/nftw' and named('walks_bad')['worst_ns'] >= 250 * ms"
//
// A call that a signal's handler has left by siglongjmp was over then.
// RUN: rm -rf %t.r && %gridlock run --output %t.r -- %t.preloaded own left
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json "all(f['worst_ns'] < 600 * ms for f in by.get('gridlock-blocking-in-callback', []))"
#include "loop.h"
#include <atomic>
#include <chrono>
#include <csetjmp>
#include <csignal>
#include <ftw.h>
#include <string>
#include <sys/time.h>
#include <thread>

#define APART [[gnu::noinline]]
static std::atomic<bool> Begun{false};
static int Pipe[2];
static std::string Way;
static sigjmp_buf Before;

static void endIt() {
  if (Way == "_exit")
    _exit(0);
  if (Way == "quick_exit")
    quick_exit(0);
  if (Way != "main")
    exit(0);
}
static void endAfter(int Ms) {
  itimerval When{};
  When.it_value.tv_usec = Ms * 1000;
  setitimer(ITIMER_REAL, &When, nullptr);
}
APART void never_bad() {
  char Byte;
  Begun = true;
  if (read(Pipe[0], &Byte, 1) != 0)
    asm("");
  asm("");
}
APART void first_bad() { usleep(200000); asm(""); }
APART void walks_bad() {
  nftw("/", [](const char *, const struct stat *, int, FTW *) {
    usleep(250000);
    exit(0);
    return 1;
  }, 1, 0);
  asm("");
}
APART void left_bad() {
  volatile char Room[4096]; // nothing that comes later overwrites the call
  Room[0] = 0;
  if (sigsetjmp(Before, 1) == 0)
    never_bad();
  asm("");
}
APART void burns_bad() {
  for (const auto Until = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
       std::chrono::steady_clock::now() < Until;)
    asm("");
}

static void inCallback() {
  if (Way == "second") {
    endAfter(500);
    first_bad();
  } else if (Way == "calledBack") {
    walks_bad();
  } else if (Way == "left") {
    endAfter(200);
    left_bad();
    burns_bad();
    _exit(0);
  } else {
    endAfter(300);
  }
  never_bad();
}

int main(int, char **Arguments) {
  if (pipe(Pipe) != 0)
    return 2;
  Way = Arguments[2];
  if (std::string(Arguments[1]) == "own") {
    std::signal(SIGALRM, [](int) {
      if (Way == "left")
        siglongjmp(Before, 1);
      endIt();
    });
    runLoop(10, [](int Round) {
      if (Round == 9)
        inCallback();
    });
    return 3;
  }
  std::thread([] {
    runLoop(10, [](int Round) {
      if (Round == 9)
        never_bad();
    });
  }).detach();
  while (!Begun)
    usleep(1000);
  usleep(300000);
  endIt();
}

// Thresholds of single loops: by option, after the loop's or its thread's name, and by
// the program. One long callback is told apart from many short ones, by what the program
// tells of its callbacks, else by how many events were ready.
// RUN: %three_ways --options loop_threshold=fast-*=25:loop_threshold=by-thread=30 %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "{l['name'] or l['thread']: l['stalls'] for l in loops} == {'fast-1': 2, 'by-thread': 2, 'patient': 0, 'other': 1, 'kinds': 3, 'events': 1}" \
// RUN:   "sorted(f['function'] for f in findings) == ['burns', 'long_bad', 'many_bad', 'ready_bad', 'single_bad']" \
// RUN:   "all({'long_bad': 'one long callback', 'many_bad': '12 callbacks, the longest ', \
// RUN:     'ready_bad': '8 events were ready at once', 'single_bad': 'one event was ready'}[f['function']] in f['message'] \
// RUN:     for f in findings if f['function'] != 'burns')" || exit 1; done
// RUN: env GRIDLOCK_OPTIONS=loop_threshold=x:loop_threshold=x=0:loop_threshold=*=5 %gridlock run --output %t.r -- true 2>&1 | %FileCheck %s
// CHECK: bad value 'x' for 'loop_threshold'
// CHECK: bad value 'x=0' for 'loop_threshold'
// CHECK-NOT: '*=5'
#include "gridlock/monitor.h"
#include "loop.h"

#include <chrono>
#include <cstring>
#include <thread>

static volatile unsigned long Sink;
using Clock = std::chrono::steady_clock;
// No function of its own: what burns is to be the one that says so.
#define BURN(MS)                                                                                   \
  for (auto End = Clock::now() + std::chrono::milliseconds(MS); Clock::now() < End;)              \
  Sink = Sink + 1
[[gnu::noinline]] void burns(int Ms) { BURN(Ms); }

static void loop(const char *Name, void (*Begin)()) {
  std::thread([=] {
    if (std::strcmp(Name, "by-thread") == 0)
      pthread_setname_np(pthread_self(), Name);
    else
      gridlock_name_loop(Name);
    Begin();
    runLoop(12, [](int I) {
      if (I == 6)
        burns(60);
      if (I == 9)
        burns(150);
    });
  }).join();
}

struct Callback : gridlock_callback {
  Callback() : gridlock_callback{nullptr, "callback", "make", "thresholds.cpp", 1, 0, 0, nullptr, nullptr} {
    gridlock_callback_begin(this);
  }
  ~Callback() { gridlock_callback_end(this); }
};
[[gnu::noinline]] void long_bad() {
  Callback Mine;
  BURN(150);
}
[[gnu::noinline]] void many_bad() {
  for (int I = 0; I < 12; ++I) {
    Callback Mine;
    BURN(15);
  }
}
[[gnu::noinline]] void single_bad() { BURN(150); }
[[gnu::noinline]] void ready_bad() { BURN(25); }

// All of the eight events are ready in the last but one round.
static void manyEvents() {
  gridlock_name_loop("events");
  const int Poll = epoll_create1(0);
  epoll_event Seen[8], Event{};
  Event.events = EPOLLIN;
  for (int I = 0; I < 8; ++I) {
    Event.data.fd = eventfd(I == 0, 0);
    epoll_ctl(Poll, EPOLL_CTL_ADD, Event.data.fd, &Event);
    if (I == 0)
      for (int Round = 0; Round < 6; ++Round)
        epoll_wait(Poll, Seen, 8, 1);
    eventfd_write(Event.data.fd, 1);
  }
  const int Ready = epoll_wait(Poll, Seen, 8, -1);
  for (int I = 0; I < Ready; ++I)
    ready_bad();
  epoll_wait(Poll, Seen, 8, -1);
}

int main() {
  if (!gridlock_monitor_active)
    return 1;
  loop("fast-1", [] {});
  loop("by-thread", [] {});
  loop("patient", [] { gridlock_loop_threshold(1000); });
  loop("other", [] {});
  std::thread([] {
    gridlock_name_loop("kinds");
    runLoop(12, [](int I) { I == 5 ? long_bad() : I == 7 ? many_bad() : I == 9 ? single_bad() : void(); });
  }).join();
  std::thread(manyEvents).join();
}

// The event loops of libraries are named after them; the function that blocks is the
// callback, whichever library calls it.
// REQUIRES: libuv.so.1, libevent-2.1.so.7, libglib-2.0.so.0
// RUN: %victim %s -o %t.exe %libuv %libevent-2.1 %libglib-2.0
// RUN: rm -rf %t.r; %gridlock run --output %t.r -- %t.exe
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json "sorted((l['library'], l['function']) for l in loops) == \
// RUN:     [('', 'runLoop'), ('GLib', 'runsGlib'), ('libevent', 'runsLibevent'), ('libuv', 'runsLibuv')]" \
// RUN:   "sorted(f['function'] for f in by['gridlock-blocking-in-callback']) == ['glib_bad', 'libevent_bad', 'libuv_bad', 'own_bad']"
// RUN: %gridlock report %t.r | %FileCheck %s
// CHECK-DAG: runsLibuv (libuv)
// CHECK-DAG: runsGlib (GLib)
// CHECK-DAG: {{^}}  runLoop {{ *[0-9]}}
// CHECK-DAG: the event loop of thread {{.*}}, libevent) was blocked here
#include "loop.h"
#include <sys/time.h>
#include <thread>

// The libraries without their headers.
extern "C" {
void *event_base_new();
int event_base_once(void *, int, short, void (*)(int, short, void *), void *, const timeval *);
int event_base_loop(void *, int);
void *uv_default_loop();
size_t uv_handle_size(int);
int uv_timer_init(void *, void *);
int uv_timer_start(void *, void (*)(void *), uint64_t, uint64_t);
int uv_timer_stop(void *);
int uv_run(void *, int);
void *g_main_loop_new(void *, int);
unsigned g_timeout_add(unsigned, int (*)(void *), void *);
void g_main_loop_run(void *);
void g_main_loop_quit(void *);
}

#define APART [[gnu::noinline]]
static constexpr int Rounds = 10, Blocks = 6;
static int Uv, Event, Glib;

APART void libuv_bad() { usleep(120000); asm(""); }
APART void libevent_bad() { usleep(120000); asm(""); }
APART void glib_bad() { usleep(120000); asm(""); }
APART void own_bad() { usleep(120000); asm(""); }

APART void runsLibuv() {
  void *Loop = uv_default_loop(), *Timer = std::malloc(uv_handle_size(13));
  uv_timer_init(Loop, Timer);
  uv_timer_start(
      Timer,
      [](void *Timer) {
        if (++Uv == Blocks)
          libuv_bad();
        if (Uv == Rounds)
          uv_timer_stop(Timer);
      },
      3, 3);
  uv_run(Loop, 0);
}

static void *Base;
static void again(int, short, void *) {
  static const timeval Soon{0, 3000};
  if (++Event == Blocks)
    libevent_bad();
  if (Event < Rounds)
    event_base_once(Base, -1, 1, again, nullptr, &Soon);
}
APART void runsLibevent() {
  Base = event_base_new();
  again(0, 0, nullptr);
  event_base_loop(Base, 0);
}

APART void runsGlib() {
  void *Loop = g_main_loop_new(nullptr, 0);
  g_timeout_add(
      3,
      [](void *Loop) {
        if (++Glib == Blocks)
          glib_bad();
        if (Glib == Rounds)
          g_main_loop_quit(Loop);
        return Glib < Rounds ? 1 : 0;
      },
      Loop);
  g_main_loop_run(Loop);
}

int main() {
  std::thread(runsLibuv).join();
  std::thread(runsLibevent).join();
  std::thread(runsGlib).join();
  std::thread([] {
    runLoop(Rounds, [](int Round) {
      if (Round == Blocks)
        own_bad();
    });
  }).join();
}

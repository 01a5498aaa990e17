// Asio's coroutines and handlers, by its standard types: the chain of awaiting coroutines,
// dropped tasks, the operation whose handler blocks and the function that started it.
// REQUIRES: asio
// RUN: %victim -DASIO_CUSTOM_HANDLER_TRACKING="<gridlock/asio_tracking.h>" %s -o %t.exe
// RUN: rm -rf %t.r; %gridlock run --output %t.r -- %t.exe > %t.out
// RUN: %FileCheck --check-prefix OUT %s < %t.out
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json \
// RUN:   "sorted({f['function'] for f in findings}) == ['drops_bad', 'inner_bad', 'many_bad', 'onTimer_bad', 'second_bad']" \
// RUN:   "all(part in str([f['notes'] for f in findings if f['function'] == 'inner_bad']) for part in \
// RUN:     ('awaited by coroutine middle', 'awaited by coroutine outer', 'in the handler of deadline_timer async_wait, made by '))" \
// RUN:   "'in the handler of deadline_timer async_wait, made by startsTimer' in str([f['notes'] for f in findings if f['function'] == 'onTimer_bad'])" \
// RUN:   "all('coroutine second' not in str(f['notes']) for f in findings if f['function'] != 'second_bad')" \
// RUN:   "'coroutine \'never_bad\'' in by['gridlock-unawaited-task'][0]['message']" \
// RUN:   "[('one long' in f['message'], ' callbacks, the longest' in f['message']) for f in by['gridlock-loop-stall']] == [(False, True)]"
// Without the monitor it is the same program, also without the tracking.
// RUN: %t.exe | %FileCheck --check-prefix OUT %s
// RUN: %clang -std=c++20 -DASIO_HAS_CO_AWAIT -DASIO_HAS_STD_COROUTINE -O2 -pthread -I%S/Inputs -I%root/runtime-monitor/include %s -o %t.clang && %t.clang | %FileCheck --check-prefix OUT %s
// OUT: outer 42, second 7, caught, 30 short
#include <asio.hpp>
#include <gridlock/asio.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <unistd.h>

using asio::awaitable;
using asio::use_awaitable;
using std::chrono::milliseconds;
static int Outer, Second, Short;
static bool Caught;

static awaitable<void> pause(int Ms) {
  asio::steady_timer Timer(co_await asio::this_coro::executor, milliseconds(Ms));
  co_await Timer.async_wait(use_awaitable);
}
// Until the loop is known as one.
static awaitable<void> rounds() {
  for (int I = 0; I < 6; ++I)
    co_await pause(1);
}
static awaitable<int> inner_bad() {
  co_await rounds();
  usleep(130000);
  co_return 42;
}
static awaitable<int> middle() { co_return co_await inner_bad(); }
static awaitable<void> outer() { Outer = co_await middle(); }

static awaitable<int> second_bad() {
  co_await rounds();
  usleep(70000);
  co_return 7;
}
static awaitable<void> second() { Second = co_await second_bad(); }

static awaitable<void> throws() {
  co_await pause(1);
  throw std::runtime_error("x");
}
static awaitable<void> catches() {
  try {
    co_await throws();
  } catch (const std::runtime_error &) {
    Caught = true;
  }
}
[[gnu::noinline]] static awaitable<void> never_bad() { co_return; }
[[gnu::noinline]] static void drops_bad() { (void)never_bad(); asm(""); }

[[gnu::noinline]] static void onTimer_bad() { usleep(80000); asm(""); }
[[gnu::noinline]] static void startsTimer(asio::steady_timer &Timer) {
  Timer.expires_after(milliseconds(2));
  Timer.async_wait([](asio::error_code) { onTimer_bad(); });
}
static awaitable<void> starts(asio::steady_timer &Timer) {
  co_await rounds();
  startsTimer(Timer);
}
// Thirty handlers of 6 ms each are ready at once: no single one is to blame.
[[gnu::noinline]] static void many_bad() {
  for (auto End = std::chrono::steady_clock::now() + milliseconds(6); std::chrono::steady_clock::now() < End;)
    asm("");
  ++Short;
}

int main() {
  asio::io_context Context;
  for (auto *Run : {outer, second, catches})
    asio::co_spawn(Context, Run(), asio::detached);
  drops_bad();
  asio::steady_timer Timer(Context);
  asio::co_spawn(Context, starts(Timer), asio::detached);
  Context.run();
  Context.restart();
  asio::steady_timer Last(Context, milliseconds(30));
  for (int I = 0; I < 30; ++I)
    asio::post(Context, many_bad);
  Last.async_wait([](asio::error_code) {});
  Context.run();
  std::printf("outer %d, second %d, %s, %d short\n", Outer, Second, Caught ? "caught" : "-", Short);
}

// Every kind of callable that can be handed to a loop.
// RUN: %check_all blocking-in-callback %s -- -I%S/../Inputs
#include "mock/asio.h"
#include "mock/coroutine.h"
#include "mock/sync.h"

#include <unistd.h>

namespace asio = boost::asio;

void lambda_bad(asio::io_context &Loop) {
  // CHECK: callables.cpp:[[@LINE+3]]:5: warning: 'sleep' blocks the event loop in the callback lambda in 'lambda_bad'; instead: {{.*}}[gridlock-blocking-in-callback]
  // CHECK: callables.cpp:[[@LINE+1]]:{{.*}}: note: it is handed to 'boost::asio::post' here
  asio::post(Loop, [] {
    sleep(1);
  });
}

void stored_bad(asio::io_context &Loop) {
  // CHECK: callables.cpp:[[@LINE+1]]:19: warning: 'sleep' blocks the event loop in the callback lambda in 'stored_bad'
  auto Nap = [] { sleep(1); };
  asio::post(Loop, Nap);
}

void stored_ok(asio::io_context &Loop) {
  auto Nap = [] { sleep(1); };
  (void)Nap;
  (void)Loop;
}

static void on_timer(int) {
  // CHECK: callables.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in callback 'on_timer'
  sleep(1);
}
void function_bad(asio::steady_timer &Timer) { Timer.async_wait(&on_timer); }

static void never_handed_over() { sleep(1); }
void function_ok() { never_handed_over(); }

class Session {
public:
  void start_bad() { Timer.async_wait(std::bind(&Session::onTimer, this, std::_1)); }
  void chain_bad() {
    Timer.async_wait([this](int) { save(); });
  }
  void start_ok() { onTimer(0); }

private:
  // CHECK: callables.cpp:[[@LINE+1]]:23: warning: 'sleep' blocks the event loop in callback 'Session::onTimer'
  void onTimer(int) { sleep(1); }
  // CHECK: callables.cpp:[[@LINE+3]]:17: warning: 'usleep' blocks the event loop: the callback lambda in 'Session::chain_bad' reaches it through 1 call
  // CHECK: note: it is handed to 'boost::asio::basic_waitable_timer::async_wait' here
  // CHECK: note: the lambda in 'Session::chain_bad' calls 'Session::save' here
  void save() { usleep(1000); }
  asio::steady_timer Timer;
};

struct Handler {
  // CHECK: callables.cpp:[[@LINE+1]]:29: warning: 'sleep' blocks the event loop in callback 'Handler::operator()'
  void operator()() const { sleep(1); }
};
void object_bad(asio::io_context &Loop) { asio::post(Loop, Handler()); }

// Handed on by functions of the program.
template <typename F> void later(asio::io_context &Loop, F Run) {
  asio::post(Loop, std::move(Run));
}
static void later_pointer(asio::io_context &Loop, void (*Run)()) {
  asio::post(Loop, Run);
}
void forwarded_bad(asio::io_context &Loop) {
  // CHECK: callables.cpp:[[@LINE+1]]:20: warning: 'sleep' blocks the event loop in the callback lambda in 'forwarded_bad'
  later(Loop, [] { sleep(1); });
}
static void nap() {
  // CHECK: callables.cpp:[[@LINE+2]]:3: warning: 'sleep' blocks the event loop in callback 'nap'
  // CHECK: note: it is handed to 'later_pointer' here
  sleep(1);
}
void pointer_bad(asio::io_context &Loop) { later_pointer(Loop, &nap); }

// Offloaded from a callback: the thread may block.
void thread_ok(asio::io_context &Loop) {
  asio::post(Loop, [] {
    std::thread Worker([] { sleep(1); });
    Worker.detach();
  });
}

// Told once: the coroutine reaches it as well.
static void shared_ok() { sleep(1); }
task coroutine_ok() {
  shared_ok();
  co_return;
}
void also_handed_ok(asio::io_context &Loop) {
  asio::post(Loop, [] { shared_ok(); });
}

// Called by a framework that the catalogue doesn't know.
[[clang::annotate("gridlock::runs_on_loop")]] void annotated_bad() {
  // CHECK: callables.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in 'annotated_bad' (marked as running on a loop)
  sleep(1);
}

int main() {
  asio::io_context Loop;
  sleep(1);
  Loop.run();
}

void suppressed_ok(asio::io_context &Loop) {
  asio::post(Loop, [] {
    sleep(1); // NOLINT(gridlock-blocking-in-callback)
  });
}

// Either of two.
// CHECK: callables.cpp:[[@LINE+1]]:27: warning: 'sleep' blocks the event loop in callback 'chosen'
static void chosen(int) { sleep(1); }
static void chosen_too_ok(int) {}
void choice_bad(asio::steady_timer &Timer, bool First) {
  Timer.async_wait(First ? &chosen : &chosen_too_ok);
}

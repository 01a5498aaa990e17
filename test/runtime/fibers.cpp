// Stackful coroutines: stacks on memory of their own end at the coroutine's function, and
// what locks a thread holds stays right when one is switched away while it has a lock, and
// goes on on another thread. Boost.Context, Boost.Coroutine2, Boost.Fiber, ucontext, Asio's spawn.
// REQUIRES: boost-fiber
// RUN: %victim %s -o %t -lboost_fiber -lboost_context && rm -rf %t.r && %gridlock run --output %t.r -- %t
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json \
// RUN:   "{f['function'] for f in by['gridlock-blocking-in-callback']} == {'context_bad', 'coroutine_bad', 'fiber_bad', 'ucontext_bad', 'spawned_bad'}" \
// RUN:   "all('called from inside_' in str(f['notes']) for f in by['gridlock-blocking-in-callback'])" \
// RUN:   "sorted(f['operation'] for f in by['gridlock-lock-order']) == ['after_bad,afterwards_bad', 'meanwhile_bad,opposite_bad']" \
// RUN:   "'_ok' not in str(findings)"
#include "loop.h"

#include <barrier>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/context/fiber.hpp>
#include <boost/coroutine2/coroutine.hpp>
#include <boost/fiber/all.hpp>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <ucontext.h>
#include <vector>

#define APART [[gnu::noinline]]
using boost::context::fiber;

APART void context_bad() { usleep(150000); asm(""); }
APART void coroutine_bad() { usleep(150000); asm(""); }
APART void fiber_bad() { usleep(150000); asm(""); }
APART void ucontext_bad() { usleep(150000); asm(""); }
APART void spawned_bad() { usleep(150000); asm(""); }
APART void inside_context() { context_bad(); asm(""); }
APART void inside_coroutine() { coroutine_bad(); asm(""); }
APART void inside_fiber() { fiber_bad(); asm(""); }
APART void inside_ucontext() { ucontext_bad(); asm(""); }
APART void inside_spawned() { spawned_bad(); asm(""); }
APART void quick_ok() { usleep(50); asm(""); }

static ucontext_t Back, There;
static void swaps() {
  static char Stack[65536];
  getcontext(&There);
  There.uc_stack.ss_sp = Stack;
  There.uc_stack.ss_size = sizeof Stack;
  There.uc_link = &Back;
  makecontext(&There, inside_ucontext, 0);
  swapcontext(&Back, &There);
}

static std::mutex A, B, C, D, E, F;
static std::shared_mutex S;

// A fiber has the lock and is switched away: its thread holds it all the same, for nobody
// gives it back while the thread waits.
static fiber Main;
APART void holdsMeanwhile() {
  std::lock_guard Guard(A);
  Main = std::move(Main).resume();
  asm("");
}
APART void meanwhile_bad() { std::lock_guard Guard(B); asm(""); }
APART void opposite_bad() { std::lock_guard First(B); std::lock_guard Second(A); asm(""); }

// One has locks and goes on on another thread, which gives them back: the first thread no
// longer holds them.
APART void moves_ok() {
  C.lock();
  S.lock_shared();
  Main = std::move(Main).resume();
  S.unlock_shared();
  C.unlock();
}
APART void takes_ok() { std::lock_guard Guard(D); asm(""); }
APART void opposite_ok() { std::lock_guard First(D); std::lock_guard Second(C); std::unique_lock Third(S); asm(""); }
// What that thread does later is still seen.
APART void after_bad() { std::lock_guard First(E); std::lock_guard Second(F); asm(""); }
APART void afterwards_bad() { std::lock_guard First(F); std::lock_guard Second(E); asm(""); }

/// Runs both in turn, on threads that are there at the same time.
static void inTurn(std::function<void()> First, std::function<void()> Second) {
  std::barrier<> Step(2);
  std::thread Other([&] {
    { std::mutex Own; std::lock_guard Guard(Own); }
    Step.arrive_and_wait();
    Step.arrive_and_wait();
    Second();
    Step.arrive_and_wait();
  });
  Step.arrive_and_wait();
  First();
  Step.arrive_and_wait();
  Step.arrive_and_wait();
  Other.join();
}

static fiber starts(void (*Function)()) {
  return fiber([=](fiber &&From) {
    Main = std::move(From);
    Function();
    return std::move(Main);
  });
}

int main() {
  const std::vector<std::function<void()>> All = {
      [] { starts(inside_context).resume(); },
      [] { boost::coroutines2::coroutine<void>::pull_type Pull([](auto &) { inside_coroutine(); }); },
      [] { boost::fibers::fiber(inside_fiber).join(); },
      swaps,
      [] {
        boost::asio::io_context Io;
        boost::asio::spawn(Io, [&](boost::asio::yield_context Yield) {
          boost::asio::post(Io, Yield); // resumed by the loop
          inside_spawned();
        }, [](std::exception_ptr) {});
        Io.run();
      },
  };
  runLoop(12 + static_cast<int>(All.size()), [&](int I) {
    const auto Which = static_cast<std::size_t>(I) - 10;
    Which < All.size() ? All[Which]() : quick_ok();
  });

  inTurn([] {
    fiber One = starts(holdsMeanwhile).resume();
    meanwhile_bad();
    std::move(One).resume();
  }, opposite_bad);

  inTurn([] {
    fiber One = starts(moves_ok).resume();
    std::thread([&] { One = std::move(One).resume(); }).join();
    takes_ok();
    after_bad();
  }, [] { opposite_ok(); afterwards_bad(); });
}

// Coroutines that are started on a pool, and switches inside of awaited coroutines.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/coroutine.h"

#include <unistd.h>

namespace cppcoro {
struct static_thread_pool {
  std::suspend_always schedule();
};
struct io_service {
  std::suspend_always schedule();
};
} // namespace cppcoro
namespace boost::asio {
struct io_context {
  unsigned long run();
};
struct thread_pool {};
struct detached_t {};
constexpr detached_t detached{};
template <typename E, typename T, typename Token> void co_spawn(E &&, T &&, Token &&) {}
} // namespace boost::asio
namespace asio = boost::asio;

// A task that is kept in a variable before it is spawned.
task spawned_ok() {
  sleep(1);
  co_return;
}
task spawned_bad() {
  // CHECK: started-elsewhere.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'spawned_bad'
  sleep(1);
  co_return;
}
task on_both_bad() {
  // CHECK: started-elsewhere.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'on_both_bad'
  sleep(1);
  co_return;
}
void start(asio::thread_pool &Pool, asio::io_context &Loop) {
  task Away = spawned_ok();
  asio::co_spawn(Pool, static_cast<task &&>(Away), asio::detached);
  task Here = spawned_bad();
  asio::co_spawn(Loop, static_cast<task &&>(Here), asio::detached);
  asio::co_spawn(Pool, on_both_bad(), asio::detached);
  asio::co_spawn(Loop, on_both_bad(), asio::detached);
}

// An awaited coroutine that ends on the pool leaves its awaiter there.
task to_pool(cppcoro::static_thread_pool &Pool) { co_await Pool.schedule(); }
task through_ok(cppcoro::static_thread_pool &Pool) {
  co_await to_pool(Pool);
  sleep(1);
}
task deeper_ok(cppcoro::static_thread_pool &Pool) {
  co_await through_ok(Pool);
  sleep(1);
}
task not_awaited_bad(cppcoro::static_thread_pool &Pool) {
  task Later = to_pool(Pool);
  // CHECK: started-elsewhere.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'not_awaited_bad'
  sleep(1);
  co_await Later;
}
task there_and_back(cppcoro::static_thread_pool &Pool, cppcoro::io_service &Loop) {
  co_await Pool.schedule();
  sleep(1);
  co_await Loop.schedule();
}
task after_both_bad(cppcoro::static_thread_pool &Pool, cppcoro::io_service &Loop) {
  co_await there_and_back(Pool, Loop);
  // CHECK: started-elsewhere.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'after_both_bad'
  sleep(1);
}
task sometimes(cppcoro::static_thread_pool &Pool, bool Far) {
  if (Far)
    co_await Pool.schedule();
}
task after_sometimes_bad(cppcoro::static_thread_pool &Pool) {
  co_await sometimes(Pool, true);
  // CHECK: started-elsewhere.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'after_sometimes_bad'
  sleep(1);
}

// A test may block, the coroutines that it starts may not.
struct Fixture {
  void TestBody();
};
task tested_bad() {
  // CHECK: started-elsewhere.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'tested_bad'
  sleep(1);
  co_return;
}
void Fixture::TestBody() {
  asio::io_context Loop;
  auto Written_ok = []() -> task {
    sleep(1);
    co_return;
  };
  asio::co_spawn(Loop, Written_ok(), asio::detached);
  asio::co_spawn(Loop, tested_bad(), asio::detached);
}

// Which executor runs the callable: a loop, a pool, or one that is not known.
// RUN: %check_all blocking-in-callback %s -- -I%S/../Inputs
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=c++20 -I%S/../Inputs > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT --implicit-check-not=pool_ok < %t.out
#include "mock/asio.h"
#include "mock/sync.h"

#include <unistd.h>

namespace asio = boost::asio;

void pool_ok(asio::thread_pool &Pool) {
  asio::post(Pool, [] { sleep(1); });
  asio::dispatch(Pool.get_executor(), [] { sleep(1); });
}

void bound_pool_ok(asio::thread_pool &Pool) {
  asio::post(asio::bind_executor(Pool, [] { sleep(1); }));
}

// Without an executor of its own a function runs on the system's threads.
void system_pool_ok() {
  asio::post([] { sleep(1); });
}

void strand_of_pool_ok(asio::thread_pool &Pool) {
  asio::strand<asio::thread_pool::executor_type> Strand(Pool.get_executor());
  asio::post(Strand, [] { sleep(1); });
}

void strand_of_loop_bad(asio::io_context &Loop) {
  asio::strand<asio::io_context::executor_type> Strand(Loop.get_executor());
  // CHECK: executors.cpp:[[@LINE+1]]:27: warning: 'sleep' blocks the event loop in the callback lambda in 'strand_of_loop_bad'
  asio::post(Strand, [] { sleep(1); });
}

void loop_bad(asio::io_context &Loop) {
  // CHECK: executors.cpp:[[@LINE+1]]:41: warning: 'sleep' blocks the event loop in the callback lambda in 'loop_bad'
  asio::post(Loop.get_executor(), [] { (sleep(1)); });
}

// What is behind a type-erased executor is unknown: of medium precision.
void erased_ok(asio::any_io_executor Executor) {
  // STRICT: executors.cpp:[[@LINE+1]]:29: warning: 'sleep' blocks the event loop in the callback lambda in 'erased_ok'
  asio::post(Executor, [] { sleep(1); });
}
void erased_strand_ok(asio::strand<asio::any_io_executor> Executor) {
  // STRICT: executors.cpp:[[@LINE+1]]:29: warning: 'sleep' blocks the event loop in the callback lambda in 'erased_strand_ok'
  asio::post(Executor, [] { sleep(1); });
}

// ... but one known loop is enough.
void both_bad(asio::any_io_executor Executor, asio::io_context &Loop) {
  // CHECK: executors.cpp:[[@LINE+1]]:19: warning: 'sleep' blocks the event loop in the callback lambda in 'both_bad'
  auto Run = [] { sleep(1); };
  asio::post(Executor, Run);
  asio::post(Loop, Run);
}

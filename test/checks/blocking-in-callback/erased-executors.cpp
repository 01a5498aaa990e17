// What a type-erased executor holds is what flows into it in the program.
// RUN: %check_all blocking-in-callback %s -- -isystem %S/../Inputs/mock
#include <asio_kept.h>

#include <unistd.h>

namespace asio = boost::asio;

void local_ok(asio::thread_pool &Pool) {
  asio::any_io_executor Executor = Pool.get_executor();
  asio::post(Executor, [] { sleep(1); });
}
void local_bad(asio::io_context &Loop) {
  asio::any_io_executor Executor = Loop.get_executor();
  // CHECK: erased-executors.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  asio::post(Executor, [] { sleep(1); });
}

class OnPool {
public:
  explicit OnPool(asio::thread_pool &Pool) : Executor(Pool.get_executor()) {}
  void start_ok() {
    asio::post(Executor, [] { sleep(1); });
  }

private:
  asio::any_io_executor Executor;
};

class OnLoop {
public:
  explicit OnLoop(asio::any_io_executor E) : Executor(E) {}
  void start_bad() {
    // CHECK: erased-executors.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Executor, [] { sleep(1); });
  }

private:
  asio::any_io_executor Executor;
};
void make(asio::io_context &Loop) {
  OnLoop Made(Loop.get_executor());
  Made.start_bad();
}

// Both: not sure enough to be shown.
static void run_ok(asio::any_io_executor Executor) {
  asio::post(Executor, [] { sleep(1); });
}
void both(asio::thread_pool &Pool, asio::io_context &Loop) {
  run_ok(Pool.get_executor());
  run_ok(Loop.get_executor());
}

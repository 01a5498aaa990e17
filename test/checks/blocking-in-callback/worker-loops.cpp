// A loop that only runs what is posted to it, on a thread of its own, is a worker: blocking
// there is what it is for, and shown with less precision only.
// RUN: %check_all blocking-in-callback %s -- -isystem %S/../Inputs/mock
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=c++20 -isystem %S/../Inputs/mock > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#include <asio_kept.h>

#include <unistd.h>

namespace asio = boost::asio;

namespace boost::asio {
struct timer {
  explicit timer(io_context &) {}
};
template <typename E> struct executor_work_guard {
  explicit executor_work_guard(E) {}
};
} // namespace boost::asio
namespace boost {
template <typename R, typename C> std::function<R()> bind(R (C::*)(), C *) { return {}; }
} // namespace boost

class Logger {
public:
  Logger() : Runner([this] { Worker.run(); }) {}
  void log_ok() {
    // STRICT: worker-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Worker, [] { sleep(1); });
  }

private:
  asio::io_context Worker;
  std::thread Runner;
};

// What keeps it running is made of its executor; a bound method runs it.
class Guarded {
public:
  Guarded() : Work(Worker.get_executor()), Runner(boost::bind(&asio::io_context::run, &Worker)) {}
  void log_ok() {
    // STRICT: worker-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Worker, [] { sleep(1); });
  }

private:
  asio::io_context Worker;
  asio::executor_work_guard<asio::io_context::executor_type> Work;
  std::thread Runner;
};

// Its executor is for others as well.
void use(asio::any_io_executor);
class Shared {
public:
  Shared() : Work(Worker.get_executor()), Runner([this] { Worker.run(); }) { use(Worker.get_executor()); }
  void log_bad() {
    // CHECK: worker-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Worker, [] { sleep(1); });
  }

private:
  asio::io_context Worker;
  asio::executor_work_guard<asio::io_context::executor_type> Work;
  std::thread Runner;
};

// A timer belongs to it.
class Service {
public:
  Service() : Tick(Loop), Runner([this] { Loop.run(); }) {}
  void serve_bad() {
    // CHECK: worker-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Loop, [] { sleep(1); });
  }

private:
  asio::io_context Loop;
  asio::timer Tick;
  std::thread Runner;
};

// Not on a thread of its own.
class Main {
public:
  void run() { Loop.run(); }
  void serve_bad() {
    // CHECK: worker-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Loop, [] { sleep(1); });
  }

private:
  asio::io_context Loop;
};

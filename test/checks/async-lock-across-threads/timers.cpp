// Timers of an event loop that threads use.
// RUN: %check_all async-lock-across-threads %s -- -I%S/../Inputs
#include "mock/asio.h"
#include "mock/sync.h"

namespace asio = boost::asio;
void work();
bool done();

void cancelled_bad(asio::io_context &Io) {
  asio::steady_timer Idle(Io);
  // CHECK-DAG: timers.cpp:[[@LINE+1]]:8: note: it is used for the event loop here, in 'cancelled_bad'
  Idle.async_wait([] { work(); });
  // CHECK-DAG: timers.cpp:[[@LINE+1]]:15: note: the lambda in 'cancelled_bad' is handed to another thread here
  std::thread Watcher([&Idle] {
    while (!done())
      work();
    // CHECK-DAG: timers.cpp:[[@LINE+1]]:10: warning: 'Idle', a 'boost::asio::basic_waitable_timer' that belongs to an event loop, is used by the lambda in 'cancelled_bad' on another thread: it is not safe for threads, and the loop may use it at the same time; instead: boost::asio::post the call to its executor, or to the strand that its handlers run on
    Idle.cancel();
  });
  Io.run();
  Watcher.join();
}

void posted_ok(asio::io_context &Io) {
  asio::steady_timer Idle(Io);
  Idle.async_wait([] { work(); });
  std::thread Watcher([&Idle] {
    asio::post(Idle.get_executor(), [&Idle] { Idle.cancel(); });
  });
  Io.run();
  Watcher.join();
}

// The thread is the loop's.
void run_elsewhere_ok(asio::io_context &Io) {
  asio::steady_timer Idle(Io);
  Idle.async_wait([] { work(); });
  std::thread Loop([&] {
    Idle.cancel();
    Io.run();
  });
  Loop.join();
}

// Only the thread uses it.
void own_ok(asio::io_context &Io) {
  std::thread Worker([&Io] {
    asio::steady_timer Mine(Io);
    Mine.cancel();
  });
  Worker.join();
}

struct Session {
  asio::steady_timer Deadline;
  asio::steady_timer Retry;
  std::mutex Lock;
  explicit Session(asio::io_context &Io) : Deadline(Io), Retry(Io) {}
  void start() {
    Deadline.async_wait([this] { expired(); });
    std::lock_guard<std::mutex> Hold(Lock);
    Retry.async_wait([this] { expired(); });
  }
  void expired() { work(); }
  void stop_bad();
  void locked_ok();
  void watch() {
    std::thread([this] { stop_bad(); }).detach();
    std::thread([this] { locked_ok(); }).detach();
  }
};

void Session::stop_bad() {
  // CHECK-DAG: timers.cpp:[[@LINE+1]]:12: warning: 'Session::Deadline', a 'boost::asio::basic_waitable_timer' that belongs to an event loop, is used by 'Session::stop_bad' on another thread
  Deadline.cancel();
}

void Session::locked_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  Retry.cancel();
}

// A handler starts the thread when the operation is over.
void after_ok(asio::io_context &Io) {
  asio::steady_timer Once(Io);
  Once.async_wait([&Once] {
    std::thread Rest([&Once] { Once.cancel(); });
    Rest.join();
  });
  Io.run();
}

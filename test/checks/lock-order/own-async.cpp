// Awaited locks of the program's own, known by their form: lock() gives what is
// awaited, unlock() gives it back.
// RUN: %check_all gridlock-lock-order,gridlock-self-deadlock,gridlock-lock-across-suspension %s -- -std=c++20 -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

class AsyncLock {
public:
  struct Awaiter {
    AsyncLock &Of;
    bool await_ready() { return Of.tryTake(); }
    void await_suspend(std::coroutine_handle<> H) { Of.add(H); }
    void await_resume() {}
  };
  Awaiter lock() { return {*this}; }
  void unlock() {
    std::lock_guard<std::mutex> Hold(Inside);
    Taken = false;
  }

private:
  bool tryTake() {
    std::lock_guard<std::mutex> Hold(Inside);
    bool Free = !Taken;
    Taken = true;
    return Free;
  }
  void add(std::coroutine_handle<>) {
    std::lock_guard<std::mutex> Hold(Inside);
    ++Waiting;
  }
  std::mutex Inside;
  bool Taken = false;
  int Waiting = 0;
};

// Its lock() makes something else that is awaited: there is no unlock().
class Door {
public:
  struct Awaiter {
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<>) {}
    void await_resume() {}
  };
  Awaiter lock() { return {}; }
};

task other();

class Store {
  AsyncLock Rows, Journal, First, Second;
  Door Front, Back;

public:
  task write_bad() {
    co_await Rows.lock();
    co_await Journal.lock();
    co_await other();
    Journal.unlock();
    Rows.unlock();
  }
  task rotate_bad() {
    co_await Journal.lock();
    // CHECK-DAG: own-async.cpp:[[@LINE+1]]:5: warning: locks 'Store::Journal' and 'Store::Rows' are taken in opposite orders
    co_await Rows.lock();
    Rows.unlock();
    Journal.unlock();
  }
  task twice_bad() {
    co_await Rows.lock();
    // CHECK-DAG: own-async.cpp:[[@LINE+1]]:5: warning: lock 'Store::Rows' is taken in 'Store::twice_bad' while the same coroutine holds it already
    co_await Rows.lock();
    Rows.unlock();
    Rows.unlock();
  }
  task twice_ok() {
    co_await Rows.lock();
    Rows.unlock();
    co_await Rows.lock();
    Rows.unlock();
  }
  task ordered_ok() {
    co_await First.lock();
    co_await Second.lock();
    Second.unlock();
    First.unlock();
  }
  task released_ok() {
    co_await Second.lock();
    Second.unlock();
    co_await First.lock();
    First.unlock();
  }
  task doors_ok() {
    co_await Front.lock();
    co_await Back.lock();
    co_await Front.lock();
  }
};
// CHECK-NOT: _ok

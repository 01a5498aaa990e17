// Waits for a sign that only a thread of the function can give, which first
// needs a lock that is held.
// RUN: %check_all self-deadlock %s --
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <thread>

std::mutex Lock;
int Value;
void add() {
  std::lock_guard<std::mutex> Hold(Lock);
  ++Value;
}

void latch_bad() {
  std::latch Done(1);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    add();
    Done.count_down();
  });
  Adds.detach();
  // CHECK: signs.cpp:[[@LINE+1]]:8: warning: lock 'Lock' is held in 'latch_bad' while it waits for a sign of a thread that first takes it in 'add': both wait for ever; instead: release it before waiting
  Done.wait();
}
void sign_first_ok() {
  std::latch Done(1);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    Done.count_down();
    add();
  });
  Adds.detach();
  Done.wait();
}
void some_way_ok(bool Fast) {
  std::latch Done(1);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    if (!Fast)
      add();
    Done.count_down();
  });
  Adds.detach();
  Done.wait();
}
void other_sign_ok() {
  std::latch Done(1);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    add();
    Done.count_down();
  });
  std::thread Other([&] { Done.count_down(); });
  Adds.detach();
  Other.detach();
  Done.wait();
}
void own_sign_ok() {
  std::latch Done(1);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    add();
    Done.count_down();
  });
  Adds.detach();
  Done.count_down();
  Done.wait();
}

void semaphore_bad() {
  std::binary_semaphore Ready(0);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    add();
    Ready.release();
  });
  Adds.detach();
  // CHECK: signs.cpp:[[@LINE+1]]:9: warning: lock 'Lock' is held in 'semaphore_bad' while it waits for a sign of
  Ready.acquire();
}
void free_semaphore_ok() {
  std::binary_semaphore Ready(1);
  std::lock_guard<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    add();
    Ready.release();
  });
  Adds.detach();
  Ready.acquire();
}
void without_lock_ok() {
  std::binary_semaphore Ready(0);
  std::unique_lock<std::mutex> Hold(Lock);
  std::thread Adds([&] {
    add();
    Ready.release();
  });
  Adds.detach();
  Hold.unlock();
  Ready.acquire();
}

int promise_bad() {
  std::promise<int> Result;
  std::future<int> Later = Result.get_future();
  std::thread Adds([&] {
    add();
    Result.set_value(1);
  });
  Adds.detach();
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK: signs.cpp:[[@LINE+1]]:16: warning: lock 'Lock' is held in 'promise_bad' while it waits for a sign of
  return Later.get();
}
int promise_ok() {
  std::promise<int> Result;
  std::future<int> Later = Result.get_future();
  std::thread Adds([&] {
    add();
    Result.set_value(1);
  });
  Adds.detach();
  int Got = Later.get();
  std::lock_guard<std::mutex> Hold(Lock);
  return Got;
}
// CHECK-NOT: warning: {{.*}}_ok'

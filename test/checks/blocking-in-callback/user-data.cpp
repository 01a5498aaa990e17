// Callables that are handed to a library as user data, behind void *, and called by the
// callback that it calls with them.
// RUN: %check_all blocking-in-callback %s -- -std=c++20
#include <functional>
#include <memory>

#include <pthread.h>
#include <unistd.h>

struct event_base;
extern "C" int event_base_once(event_base *, int, short, void (*)(int, short, void *), void *,
                               const struct timeval *);

static void call(int, short, void *Data) {
  std::unique_ptr<std::function<void()>> F(static_cast<std::function<void()> *>(Data));
  (*F)();
}
static void once(event_base *Base, std::function<void()> F) {
  event_base_once(Base, -1, 1, call, new std::function<void()>(std::move(F)), nullptr);
}

static void invoke(int, short, void *Data) {
  auto F = reinterpret_cast<void (*)()>(Data);
  F();
}
static void plain_bad() {
  // CHECK: user-data.cpp:[[@LINE+1]]:3: warning: 'usleep' blocks the event loop: callback 'invoke' reaches it through 1 call
  usleep(2);
}

struct Functor_bad {
  void operator()() const {
    // CHECK: user-data.cpp:[[@LINE+1]]:5: warning: 'usleep' blocks the event loop
    usleep(3);
  }
};
template <typename F> void defer(event_base *Base, F Job) {
  event_base_once(
      Base, -1, 1, [](int, short, void *Data) { (*std::unique_ptr<F>(static_cast<F *>(Data)))(); },
      new F(std::move(Job)), nullptr);
}

// The same for threads.
static void *work(void *Data) {
  std::unique_ptr<std::function<void()>> F(static_cast<std::function<void()> *>(Data));
  (*F)();
  return nullptr;
}
static void run(std::function<void()> F) {
  pthread_t Thread;
  pthread_create(&Thread, nullptr, work, new std::function<void()>(std::move(F)));
  pthread_detach(Thread);
}

int main() {
  event_base *Base = nullptr;
  // CHECK: user-data.cpp:[[@LINE+1]]:19: warning: 'sleep' blocks the event loop: callback 'call' reaches it through 1 call
  once(Base, [] { sleep(1); });
  event_base_once(Base, -1, 1, invoke, reinterpret_cast<void *>(plain_bad), nullptr);
  defer(Base, Functor_bad());
  run([] { sleep(5); }); // a thread of its own: fine
}

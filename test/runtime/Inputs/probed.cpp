// Waits until a debugger has attached, then does what each of the monitor's probes tells of,
// and prints the objects it did it on.
#include "loop.h"
#include <atomic>
#include <coroutine>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <gridlock/coroutine.h>
#include <mutex>
#include <semaphore.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

#define APART [[gnu::noinline]]

struct task {
  struct plain {
    task get_return_object() { return {std::coroutine_handle<plain>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  using promise_type = gridlock::observed_promise<plain>;
  task(std::coroutine_handle<plain> Handle) : Handle(Handle) {}
  task(task &&Other) noexcept : Handle(std::exchange(Other.Handle, nullptr)) {}
  ~task() { if (Handle) Handle.destroy(); }
  std::coroutine_handle<plain> Handle;
};
static std::mutex Kept, A, B, C, D, Slow;
APART task never_bad() { co_return; }
APART task keeps_bad() {
  std::lock_guard Guard(Kept);
  co_await std::suspend_always();
}
APART void drops_bad() { never_bad(); asm(""); }

APART void blocks_bad() { usleep(400000); asm(""); }
APART void forward_bad() { std::lock_guard One(A); std::lock_guard Two(B); asm(""); }
APART void backward_bad() { std::lock_guard One(B); std::lock_guard Two(A); asm(""); }

static std::atomic<bool> Held;
static void holds() { std::lock_guard One(Slow); Held = true; usleep(60000); }
APART void waits_bad() { std::lock_guard One(Slow); asm(""); }

static sem_t Ready;
static std::atomic<int> There{0};
static void locksBoth(std::mutex &First, std::mutex &Second) {
  std::lock_guard One(First);
  std::printf("deadlocked %d\n", gettid());
  for (++There; There < 2;)
    usleep(1000);
  std::lock_guard Two(Second);
}

static bool isTraced() {
  std::ifstream Status("/proc/self/status");
  for (std::string Line; std::getline(Status, Line);)
    if (Line.rfind("TracerPid:", 0) == 0)
      return Line.find_first_of("123456789") != std::string::npos;
  return false;
}

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  sem_init(&Ready, 0, 0);
  while (!isTraced())
    usleep(10000);
  usleep(200000); // the debugger sets its breakpoints meanwhile, or has stopped this
  for (const auto &[Name, Object] : {std::pair<const char *, void *>{"kept", &Kept}, {"slow", &Slow}, {"ready", &Ready},
                                     {"A", &A}, {"B", &B}, {"C", &C}, {"D", &D}})
    std::printf("%s %p\n", Name, Object);
  drops_bad();
  {
    task Keeps = keeps_bad();
    Keeps.Handle.resume();
    Keeps.Handle.resume();
  }
  forward_bad();
  std::thread(backward_bad).join();
  {
    std::thread Holder(holds);
    while (!Held)
      usleep(1000);
    waits_bad();
    Holder.join();
  }
  {
    std::thread Posts([] { usleep(20000); sem_post(&Ready); });
    sem_wait(&Ready);
    Posts.join();
  }
  std::thread([] {
    std::printf("loop %d\n", gettid());
    runLoop(10, [](int Round) {
      if (Round == 6)
        blocks_bad();
    });
  }).join();
  std::thread([] { locksBoth(C, D); }).detach();
  while (There == 0)
    usleep(1000);
  std::thread([] { locksBoth(D, C); }).detach();
  usleep(2500000);
  std::printf("over\n");
  std::fflush(stdout);
  _exit(0);
}

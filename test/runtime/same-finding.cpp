// One bug, found on the source and in the running program: the same rule, function,
// operation and fingerprint.
// REQUIRES: llvm22
// RUN: rm -rf %t.dir && mkdir -p %t.dir
// RUN: %cxx -std=c++20 -g %s -o %t.dir/program
// RUN: %not %gridlock check %s --format json --quiet --output %t.dir/static.json -- -std=c++20
// RUN: %gridlock run --output %t.dir/records -- %t.dir/program
// RUN: %gridlock report %t.dir/records --format json --output %t.dir/observed.json
// RUN: jq -c '.findings[] | [.rule, .function, .operation, .fingerprint]' %t.dir/static.json > %t.dir/static
// RUN: jq -c '.findings[] | [.rule, .function, .operation, .fingerprint]' %t.dir/observed.json > %t.dir/observed
// RUN: %FileCheck %s < %t.dir/static
// RUN: cmp %t.dir/static %t.dir/observed
// CHECK: ["gridlock-blocking-in-coroutine","back_off_bad","std-sleep/std::this_thread::sleep_for",
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

static std::coroutine_handle<> Waiting;
struct next_event {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) noexcept { Waiting = h; }
  void await_resume() noexcept {}
};

static void back_off_bad() { std::this_thread::sleep_for(std::chrono::milliseconds(250)); }
static void reconnect_bad() { back_off_bad(); }

task session() {
  for (int round = 0; round < 8; ++round) {
    co_await next_event();
    if (round >= 5)
      reconnect_bad();
  }
}

int main() {
  int poll = epoll_create1(0), event = eventfd(1, EFD_NONBLOCK);
  epoll_event interest{};
  interest.events = EPOLLIN;
  epoll_ctl(poll, EPOLL_CTL_ADD, event, &interest);
  (void)session();
  for (int round = 0; round < 8; ++round) {
    epoll_wait(poll, &interest, 1, -1);
    Waiting.resume();
  }
}

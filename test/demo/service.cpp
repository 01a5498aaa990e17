// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small service for trying the monitor: an event loop that answers requests,
// and two workers that refresh a cache. Two mistakes are planted: once in a
// while a request reads its configuration with a blocking wait on the loop, and
// the workers hold the cache's lock while they compute. Runs for about two
// seconds.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace {

class Cache {
public:
  std::string get(int Key) {
    std::lock_guard Guard(Lock);
    return Entries[Key];
  }

  // Planted: the work should be done before the lock is taken.
  void refresh(int Key) {
    std::lock_guard Guard(Lock);
    std::string Text;
    const auto End =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(8);
    while (std::chrono::steady_clock::now() < End)
      Text = std::to_string(Key) + Text.substr(0, 40);
    Entries[Key] = Text;
  }

private:
  std::mutex Lock;
  std::map<int, std::string> Entries;
};

class Service {
public:
  Service() : Poll(epoll_create1(0)), Requests(eventfd(0, EFD_NONBLOCK)) {
    Timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    itimerspec Every{{0, 20000000}, {0, 20000000}};
    timerfd_settime(Timer, 0, &Every, nullptr);
    watch(Requests);
    watch(Timer);
  }

  void run() {
    for (int Left = 100; Left > 0;) {
      epoll_event Events[8];
      const int Count = epoll_wait(Poll, Events, 8, -1);
      for (int I = 0; I < Count; ++I) {
        drain(Events[I].data.fd);
        if (Events[I].data.fd == Timer)
          --Left;
        else
          onRequest();
      }
    }
  }

  void request() {
    const std::uint64_t One = 1;
    if (write(Requests, &One, sizeof One) < 0)
      std::perror("eventfd");
  }

  Cache Answers;

private:
  int Poll, Requests, Timer = -1;
  int Served = 0;

  void watch(int Fd) {
    epoll_event Event{};
    Event.events = EPOLLIN;
    Event.data.fd = Fd;
    epoll_ctl(Poll, EPOLL_CTL_ADD, Fd, &Event);
  }

  void drain(int Fd) {
    std::uint64_t Count;
    if (read(Fd, &Count, sizeof Count) < 0)
      std::perror("read");
  }

  void onRequest() {
    Answers.get(++Served % 16);
    if (Served % 40 == 0)
      reloadConfiguration();
  }

  // Planted: stands for a blocking call to a configuration server.
  void reloadConfiguration() {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
};

} // namespace

int main() {
  Service S;
  std::vector<std::thread> Workers;
  for (int Id = 0; Id < 2; ++Id)
    Workers.emplace_back([&S, Id] {
      for (int I = 0; I < 60; ++I) {
        S.Answers.refresh(I % 16);
        S.request();
        std::this_thread::sleep_for(std::chrono::milliseconds(10 + Id));
      }
    });
  S.run();
  for (std::thread &T : Workers)
    T.join();
  std::puts("demo-service: served");
}

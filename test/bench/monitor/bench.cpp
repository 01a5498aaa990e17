// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two hot paths: an uncontended lock pair and an epoll tick. Prints
// nanoseconds each, the best of several rounds; run.sh compares with and
// without the monitor.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

template <class Work> static double best(int Count, Work &&Once) {
  double Least = 1e18;
  for (int Round = 0; Round < 15; ++Round) {
    const auto Start = std::chrono::steady_clock::now();
    for (int I = 0; I < Count; ++I)
      Once();
    const std::chrono::duration<double, std::nano> Time =
        std::chrono::steady_clock::now() - Start;
    Least = std::min(Least, Time.count() / Count);
  }
  return Least;
}

int main() {
  std::thread([] { pause(); }).detach(); // glibc is faster with one thread
  pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
  std::printf("lock %.2f\n", best(1000000, [&] {
                pthread_mutex_lock(&Mutex);
                pthread_mutex_unlock(&Mutex);
              }));
  const int Poll = epoll_create1(0), Event = eventfd(1, 0);
  epoll_event Watched{};
  Watched.events = EPOLLIN;
  epoll_ctl(Poll, EPOLL_CTL_ADD, Event, &Watched);
  std::printf("tick %.2f\n", best(100000, [&] {
                epoll_event Seen;
                epoll_wait(Poll, &Seen, 1, -1);
              }));
  std::fflush(stdout);
  _exit(0);
}

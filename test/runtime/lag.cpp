// No coordinated omission: a client that sends on a fixed schedule, whatever the loop
// does, measures the same 99th percentile of waiting as the report computes from the
// loop's iterations, while the iterations' own percentile hides the stalls.
// RUN: %victim %s -o %t.exe
// RUN: rm -rf %t.records; %gridlock run --output %t.records -- %t.exe > %t.out
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "len(loops) == 1" \
// RUN:   "abs(loops[0]['lag_p99_ns'] / int(open('%t.out').read()) - 1) < 0.05" \
// RUN:   "loops[0]['lag_p99_ns'] > 250 * ms" "loops[0]['p99_ns'] < 50 * ms"
#include "helper.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sys/epoll.h>
#include <vector>

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;
static constexpr int Events = 2500;

int main() {
  int Pipe[2];
  if (pipe(Pipe) != 0)
    return 1;
  std::thread Client([&] {
    const auto Start = Clock::now();
    for (int I = 0; I < Events; ++I) {
      const auto Due = Start + std::chrono::milliseconds(I);
      std::this_thread::sleep_until(Due);
      const long Time = nanoseconds(Due.time_since_epoch()).count();
      if (write(Pipe[1], &Time, sizeof Time) != sizeof Time)
        std::abort();
    }
  });
  const int Poll = epoll_create1(0);
  epoll_event Event{};
  Event.events = EPOLLIN;
  epoll_ctl(Poll, EPOLL_CTL_ADD, Pipe[0], &Event);
  std::vector<long> Waited;
  while (Waited.size() < Events) {
    long Time;
    if (epoll_wait(Poll, &Event, 1, -1) != 1 || read(Pipe[0], &Time, sizeof Time) != sizeof Time)
      return 1;
    Waited.push_back(nanoseconds(Clock::now().time_since_epoch()).count() - Time);
    if (Waited.size() == 600 || Waited.size() == 1600)
      sleepMs(300);
  }
  epoll_wait(Poll, &Event, 1, 1);
  Client.join();
  std::sort(Waited.begin(), Waited.end());
  std::printf("%ld\n", Waited[Events * 99 / 100]);
}

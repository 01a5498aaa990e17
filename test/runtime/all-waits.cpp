// Every call a loop may wait in makes a loop with its iterations, and its idle time is no
// stall. Signals and time limits of pselect and ppoll are the program's as before.
// RUN: %victim -O2 -D_FORTIFY_SOURCE=2 %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe > %t.out
// RUN: %FileCheck %s < %t.out
// CHECK: pselect: timeout, then EINTR by SIGUSR1
// CHECK: ppoll: timeout, then EINTR by SIGUSR1
// CHECK: epoll_pwait: timeout, then EINTR by SIGUSR1
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json \
// RUN:   "sorted(l['wait'].split('/')[1] for l in loops) == ['epoll_pwait', 'epoll_pwait2', 'epoll_wait', 'poll', 'ppoll', 'pselect', 'select']" \
// RUN:   "all(l['stalls'] == 1 and l['iterations'] >= 7 and l['idle_ns'] >= 50 * ms for l in loops)" \
// RUN:   "[f['function'] for f in findings] == ['slow_bad']" "findings[0]['count'] == 7"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <thread>
#include <unistd.h>

[[gnu::noinline]] void slow_bad() { usleep(130000); asm(""); }

// Ten rounds of 10 ms, idle but for one.
template <class Wait> void loop(Wait &&WaitIt) {
  std::thread([&] {
    for (int I = 0; I < 10; ++I) {
      WaitIt();
      if (I == 6)
        slow_bad();
    }
  }).join();
}

static void caught(int) {}

template <class Wait> void masked(const char *Name, Wait &&WaitIt) {
  sigset_t None, Blocked, Before;
  sigemptyset(&None);
  sigemptyset(&Blocked);
  sigaddset(&Blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &Blocked, &Before);
  const bool Expired = WaitIt(5, &None) == 0;
  raise(SIGUSR1); // pending, and let in by the wait's mask
  const int Rc = WaitIt(5000, &None);
  std::printf("%s: %s, then %s by SIGUSR1\n", Name, Expired ? "timeout" : "none",
              Rc < 0 ? strerrorname_np(errno) : "none");
  pthread_sigmask(SIG_SETMASK, &Before, nullptr);
}

static timespec time(int Ms) { return {Ms / 1000, Ms % 1000 * 1000000L}; }

int main() {
  struct sigaction Action {};
  Action.sa_handler = caught;
  sigaction(SIGUSR1, &Action, nullptr);
  int Epoll = epoll_create1(0), Pipe[2];
  if (pipe(Pipe) != 0)
    return 1;
  epoll_event Event;
  pollfd Watched[1] = {{Pipe[0], POLLIN, 0}};
  loop([&] { epoll_wait(Epoll, &Event, 1, 10); });
  loop([&] { epoll_pwait(Epoll, &Event, 1, 10, nullptr); });
  loop([&] { timespec T = time(10); epoll_pwait2(Epoll, &Event, 1, &T, nullptr); });
  loop([&] { poll(Watched, 1, 10); });
  loop([&] { timespec T = time(10); ppoll(Watched, 1, &T, nullptr); });
  loop([&] { timeval T{0, 10000}; select(0, nullptr, nullptr, nullptr, &T); });
  loop([&] { timespec T = time(10); pselect(0, nullptr, nullptr, nullptr, &T, nullptr); });

  masked("pselect", [](int Ms, sigset_t *Mask) {
    timespec T = time(Ms);
    return pselect(0, nullptr, nullptr, nullptr, &T, Mask);
  });
  masked("ppoll", [&](int Ms, sigset_t *Mask) {
    timespec T = time(Ms);
    return ppoll(Watched, 1, &T, Mask);
  });
  masked("epoll_pwait", [&](int Ms, sigset_t *Mask) { return epoll_pwait(Epoll, &Event, 1, Ms, Mask); });
}

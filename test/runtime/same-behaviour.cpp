// What the program sees of errno, EINTR, timeouts, exceptions and cancellation is the
// same with and without the monitor.
// RUN: mkdir -p %t.dir
// RUN: %cxx -shared -fPIC -O1 %S/Inputs/client.cpp -o %t.dir/libfakeclient.so
// RUN: %victim %s -o %t.exe -L%t.dir -lfakeclient -Wl,-rpath,%t.dir
// RUN: %t.exe > %t.bare
// RUN: %gridlock run --threshold-ms 5 --rules %S/Inputs/fakeclient.yaml --output %t.records -- %t.exe > %t.watched
// RUN: diff %t.bare %t.watched
// RUN: %FileCheck %s < %t.bare
// CHECK: lock keeps errno: 77
// CHECK: read of a bad descriptor: EBADF
// CHECK: epoll_wait interrupted: EINTR
// CHECK: nanosleep interrupted: EINTR, rest 1
// CHECK: poll interrupted: EINTR
// CHECK: sleep interrupted: 4
// CHECK: errorcheck: EDEADLK
// CHECK: thrown through a wrapper: 3
// CHECK: cancelled in cond_wait, mutex free: 1
// CHECK: cancelled in sleep: 1
// CHECK: cancelled in epoll_wait: 1
// CHECK: timed lock: ETIMEDOUT
// CHECK: done
#include "loop.h"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <pthread.h>
#include <sys/time.h>
#include <thread>
#include <time.h>

extern "C" void fakeclient_each(void (*Callback)(int), int Count);

static void onAlarm(int) {}

static void alarmIn(int Ms) {
  itimerval Timer{{0, 0}, {Ms / 1000, Ms % 1000 * 1000}};
  setitimer(ITIMER_REAL, &Timer, nullptr);
}

static pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t Condition = PTHREAD_COND_INITIALIZER;

static void *waitsForCondition(void *) {
  pthread_mutex_lock(&Mutex);
  pthread_cleanup_push([](void *) { pthread_mutex_unlock(&Mutex); }, nullptr);
  for (;;)
    pthread_cond_wait(&Condition, &Mutex);
  pthread_cleanup_pop(0);
}
static void *sleeps(void *) { sleep(100); return nullptr; }
static void *polls(void *) {
  epoll_event Event;
  epoll_wait(epoll_create1(0), &Event, 1, -1);
  return nullptr;
}

static bool cancels(void *(*Run)(void *)) {
  pthread_t Thread;
  pthread_create(&Thread, nullptr, Run, nullptr);
  usleep(50000);
  pthread_cancel(Thread);
  void *Result;
  pthread_join(Thread, &Result);
  return Result == PTHREAD_CANCELED;
}

int main() {
  struct sigaction Action {};
  Action.sa_handler = onAlarm; // no SA_RESTART
  sigaction(SIGALRM, &Action, nullptr);

  errno = 77;
  pthread_mutex_lock(&Mutex);
  pthread_mutex_unlock(&Mutex);
  std::printf("lock keeps errno: %d\n", errno);
  char Byte;
  errno = 0;
  if (read(-1, &Byte, 1) < 0)
    std::printf("read of a bad descriptor: %s\n", strerrorname_np(errno));

  // As a loop with stalls, so that the watchdog and its signal are at work.
  runLoop(10, [](int) {
    timespec End, Now;
    clock_gettime(CLOCK_MONOTONIC, &End);
    End.tv_nsec += 12000000;
    do
      clock_gettime(CLOCK_MONOTONIC, &Now);
    while (Now.tv_sec * 1000000000L + Now.tv_nsec < End.tv_sec * 1000000000L + End.tv_nsec);
    timespec Short{0, 3000000};
    if (nanosleep(&Short, nullptr) != 0)
      std::printf("interrupted by the watchdog\n");
  });

  alarmIn(30);
  epoll_event Event;
  if (epoll_wait(epoll_create1(0), &Event, 1, 5000) < 0)
    std::printf("epoll_wait interrupted: %s\n", strerrorname_np(errno));
  alarmIn(30);
  timespec Long{2, 0}, Rest{};
  if (nanosleep(&Long, &Rest) < 0)
    std::printf("nanosleep interrupted: %s, rest %ld\n", strerrorname_np(errno), long(Rest.tv_sec));
  alarmIn(30);
  if (poll(nullptr, 0, 5000) < 0)
    std::printf("poll interrupted: %s\n", strerrorname_np(errno));
  alarmIn(30);
  std::printf("sleep interrupted: %u\n", sleep(5));

  pthread_mutexattr_t Attributes;
  pthread_mutexattr_init(&Attributes);
  pthread_mutexattr_settype(&Attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t Checked;
  pthread_mutex_init(&Checked, &Attributes);
  pthread_mutex_lock(&Checked);
  std::printf("errorcheck: %s\n", strerrorname_np(pthread_mutex_lock(&Checked)));

  try {
    fakeclient_each([](int I) { if (I == 3) throw I; }, 10);
  } catch (int I) {
    std::printf("thrown through a wrapper: %d\n", I);
  }

  bool Cancelled = cancels(waitsForCondition);
  std::printf("cancelled in cond_wait, mutex free: %d\n", Cancelled && pthread_mutex_trylock(&Mutex) == 0);
  pthread_mutex_unlock(&Mutex);
  std::printf("cancelled in sleep: %d\n", cancels(sleeps));
  std::printf("cancelled in epoll_wait: %d\n", cancels(polls));

  timespec Until;
  clock_gettime(CLOCK_REALTIME, &Until);
  Until.tv_nsec = 0;
  int Rc = 0;
  pthread_mutex_lock(&Mutex);
  std::thread([&] { Rc = pthread_mutex_timedlock(&Mutex, &Until); }).join();
  std::printf("timed lock: %s\n", strerrorname_np(Rc));
  std::printf("done\n");
}

// Threads that libc makes for callbacks: of timers, asynchronous I/O, name look-ups and message
// queues. They are watched as others: who waits there for a lock is told by name.
// RUN: %three_ways %s > %t.out
// RUN: %FileCheck %s < %t.out
// CHECK-COUNT-3: called back: timer, aio, lio, names{{(, queue)?}}
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "{w['function'] for l in locks for w in l['waiters']} - {'onQueue_bad'} == {'onTimer_bad', 'onAio_bad', 'onList_bad', 'onNames_bad'}" \
// RUN:   "all(w['max_ns'] >= 10 * ms for l in locks for w in l['waiters'])" \
// RUN:   "('queue' in open('%t.out').read()) == ('onQueue_bad' in str(locks))" || exit 1; done
#include <aio.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <mqueue.h>
#include <mutex>
#include <netdb.h>
#include <string>
#include <unistd.h>

#define APART [[gnu::noinline]]
static std::mutex Lock[5];
static std::atomic<int> Called{0};

APART void onTimer_bad() { std::lock_guard Guard(Lock[0]); ++Called; }
APART void onAio_bad() { std::lock_guard Guard(Lock[1]); ++Called; }
APART void onList_bad() { std::lock_guard Guard(Lock[2]); ++Called; }
APART void onNames_bad() { std::lock_guard Guard(Lock[3]); ++Called; }
APART void onQueue_bad() { std::lock_guard Guard(Lock[4]); ++Called; }

static sigevent calls(void (*Function)(sigval)) {
  sigevent Event{};
  Event.sigev_notify = SIGEV_THREAD;
  Event.sigev_notify_function = Function;
  return Event;
}

/// Start makes the callback wait for the lock, which is held for 30 ms.
template <class Begin> static void held(std::mutex &M, Begin Start) {
  const int Before = Called;
  {
    std::lock_guard Guard(M);
    Start();
    usleep(30000);
  }
  while (Called == Before)
    usleep(1000);
}

int main() {
  std::string Names = "timer, aio, lio, names";
  sigevent Event = calls([](sigval) { onTimer_bad(); });
  timer_t Timer;
  if (timer_create(CLOCK_MONOTONIC, &Event, &Timer) != 0)
    std::abort();
  held(Lock[0], [&] {
    const itimerspec Once{{0, 0}, {0, 1000000}};
    timer_settime(Timer, 0, &Once, nullptr);
  });
  timer_delete(Timer);

  char Byte;
  aiocb Read{};
  Read.aio_fildes = open("/dev/zero", O_RDONLY);
  Read.aio_buf = &Byte;
  Read.aio_nbytes = 1;
  Read.aio_sigevent = calls([](sigval) { onAio_bad(); });
  held(Lock[1], [&] {
    if (aio_read(&Read) != 0)
      std::abort();
  });
  if (aio_return(&Read) != 1)
    std::abort();

  Read.aio_sigevent.sigev_notify = SIGEV_NONE;
  Read.aio_lio_opcode = LIO_READ;
  aiocb *List[] = {&Read};
  Event = calls([](sigval) { onList_bad(); });
  held(Lock[2], [&] {
    if (lio_listio(LIO_NOWAIT, List, 1, &Event) != 0)
      std::abort();
  });

  gaicb Ask{};
  Ask.ar_name = "127.0.0.1";
  gaicb *Asked[] = {&Ask};
  Event = calls([](sigval) { onNames_bad(); });
  held(Lock[3], [&] {
    if (getaddrinfo_a(GAI_NOWAIT, Asked, 1, &Event) != 0)
      std::abort();
  });

  const std::string Name = "/gridlock-" + std::to_string(getpid());
  mq_attr Small{};
  Small.mq_maxmsg = 1;
  Small.mq_msgsize = 8;
  const mqd_t Queue = mq_open(Name.c_str(), O_CREAT | O_RDWR, 0600, &Small);
  Event = calls([](sigval) { onQueue_bad(); });
  if (Queue != -1 && mq_notify(Queue, &Event) == 0) { // containers may have none
    held(Lock[4], [&] { mq_send(Queue, "x", 1, 0); });
    Names += ", queue";
    mq_unlink(Name.c_str());
  }
  std::printf("called back: %s\n", Names.c_str());
}

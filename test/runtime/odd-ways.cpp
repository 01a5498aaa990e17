// Ways out of calls and onto other stacks that leave no call scope in order: a signal
// handler's longjmp, cancellation, exceptions from callbacks, contexts with stacks of their
// own, libraries that come and go with their locks. The program goes on as without the
// monitor, and stalls afterwards and on such stacks are still told right.
// RUN: %cxx -std=c++20 -g -O1 -shared -fPIC -DLIBRARY %s -o %t.library.so
// RUN: %three_ways %s > %t.out
// RUN: grep -c "100 jumps, 60 cancelled, 50 thrown, 40 switches, 30 loads" %t.out | %FileCheck %s
// CHECK: 3
// RUN: for w in preloaded shared static; do %expect %t.$w.json "len(loops) == 1" \
// RUN:   "sorted({f['function'] for f in findings if f['rule'] != 'gridlock-lock-contention'} - {'readsWithLimit'}) == ['afterJumps_bad', 'burnsOnContext_bad', 'last_bad', 'sleepsOnContext_bad']" \
// RUN:   "all('inContext' in str(f['notes']) for f in findings if 'OnContext' in f['function'])" || exit 1; done
#ifdef LIBRARY
#include <mutex>
static std::mutex A, B;
extern "C" void useLocks(int Times) {
  for (int I = 0; I < Times; ++I) {
    std::lock_guard First(A), Second(B);
  }
}
#else
#include "loop.h"

#include <chrono>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <dlfcn.h>
#include <mutex>
#include <pthread.h>
#include <string>
#include <sys/time.h>
#include <thread>
#include <ucontext.h>

static int Jumps, Cancelled, Thrown, Switches, Loads;
static std::string Name;

#define APART [[gnu::noinline]]
APART void afterJumps_bad() { usleep(130000); asm(""); }
APART void last_bad() { usleep(130000); asm(""); }

// A time limit by longjmp, as programs of old have it: read() never returns.
static sigjmp_buf Limit;
APART void readsWithLimit() {
  int Pipe[2];
  if (pipe(Pipe) != 0)
    std::abort();
  signal(SIGALRM, [](int) { siglongjmp(Limit, 1); });
  for (int I = 0; I < 100; ++I) {
    if (sigsetjmp(Limit, 1) == 0) {
      const itimerval Soon{{0, 0}, {0, 1000}};
      setitimer(ITIMER_REAL, &Soon, nullptr);
      char Got;
      if (read(Pipe[0], &Got, 1) >= 0)
        std::abort();
    } else {
      ++Jumps;
    }
  }
  close(Pipe[0]);
  close(Pipe[1]);
}

static pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t Condition = PTHREAD_COND_INITIALIZER;
static void *sleepsOn(void *) {
  for (;;)
    usleep(1000000);
}
static void *pollsOn(void *) {
  const int Poll = epoll_create1(0);
  pthread_cleanup_push([](void *Fd) { close(static_cast<int>(reinterpret_cast<long>(Fd))); },
                       reinterpret_cast<void *>(static_cast<long>(Poll)));
  for (epoll_event Event;;)
    epoll_wait(Poll, &Event, 1, 1000);
  pthread_cleanup_pop(1);
}
static void *waitsOn(void *) {
  pthread_mutex_lock(&Mutex);
  pthread_cleanup_push([](void *) { pthread_mutex_unlock(&Mutex); }, nullptr);
  for (;;)
    pthread_cond_wait(&Condition, &Mutex);
  pthread_cleanup_pop(1);
}
APART void cancels() {
  for (int I = 0; I < 20; ++I)
    for (auto *Run : {sleepsOn, pollsOn, waitsOn}) {
      pthread_t Thread;
      if (pthread_create(&Thread, nullptr, Run, nullptr) != 0)
        std::abort();
      usleep(500);
      pthread_cancel(Thread);
      void *Result;
      pthread_join(Thread, &Result);
      Cancelled += Result == PTHREAD_CANCELED;
    }
}

APART void throwsThrough() {
  for (int I = 0; I < 50; ++I) {
    std::once_flag Once;
    try {
      std::call_once(Once, [] { throw 1; });
    } catch (int) {
      ++Thrown;
    }
  }
}

static ucontext_t Main, Other;
APART void sleepsOnContext_bad() { usleep(130000); asm(""); }
APART void burnsOnContext_bad() {
  for (auto End = std::chrono::steady_clock::now() + std::chrono::milliseconds(220);
       std::chrono::steady_clock::now() < End;)
    asm("");
}
static void inContext() {
  for (int I = 0;; ++I) {
    ++Switches;
    if (I == 10)
      sleepsOnContext_bad();
    if (I == 20)
      burnsOnContext_bad();
    swapcontext(&Other, &Main);
  }
}

APART void loads() {
  for (int I = 0; I < 30; ++I) {
    void *Library = dlopen((Name.substr(0, Name.rfind('.')) + ".library.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!Library)
      continue;
    auto *Use = reinterpret_cast<void (*)(int)>(dlsym(Library, "useLocks"));
    std::thread Thread(Use, 200);
    Use(200);
    Thread.join();
    Loads += dlclose(Library) == 0;
  }
}

int main(int, char **Arguments) {
  Name = Arguments[0];
  getcontext(&Other);
  static char Stack[128 * 1024];
  Other.uc_stack.ss_sp = Stack;
  Other.uc_stack.ss_size = sizeof Stack;
  makecontext(&Other, inContext, 0);
  cancels();
  throwsThrough();
  loads();
  runLoop(60, [](int I) {
    if (I == 10)
      readsWithLimit();
    if (I == 12)
      afterJumps_bad();
    if (I >= 15 && I < 55)
      swapcontext(&Main, &Other);
    if (I == 57)
      last_bad();
  });
  std::printf("%d jumps, %d cancelled, %d thrown, %d switches, %d loads\n", Jumps, Cancelled, Thrown, Switches, Loads);
}
#endif

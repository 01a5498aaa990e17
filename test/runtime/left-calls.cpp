// Wrapped functions that are left early: exceptions thrown by what they call back, and threads
// cancelled in each of them that is a cancellation point. All as without the monitor, and
// afterwards a blocking call on the loop is the program's own again.
// RUN: %victim %s -o %t.bare && %t.bare > %t.expected
// RUN: %three_ways %s > %t.out
// RUN: for i in 1 2 3; do cat %t.expected; done | cmp - %t.out
// RUN: %FileCheck %s < %t.expected
// CHECK: 25 thrown, 18 cancelled of 18
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "[f['function'] for f in by['gridlock-blocking-in-callback']] == ['afterwards_bad']" \
// RUN:   "named('afterwards_bad')['count'] == 1" "'_ok' not in str(by)" || exit 1; done
#include "loop.h"

#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <string>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <threads.h>

static int Pipe[2], Full[2], Unix[2], Listening, Queue;
static sem_t Nothing;
static std::string Folder = "/tmp/gridlock-XXXXXX", Fifo;
static pid_t Child;

[[gnu::noinline]] static void afterwards_bad() { usleep(120000); asm(""); }

struct Broken {
  Broken() { throw 1; }
};
template <class Call> static int thrown(Call &&CallIt) {
  try {
    CallIt();
  } catch (int) {
    return 1;
  }
  return 0;
}
static int throws_ok() {
  int Count = 0;
  for (int I = 0; I < 5; ++I) {
    Count += thrown([] {
      nftw(Folder.c_str(), [](const char *, const struct stat *, int, FTW *) -> int { throw 1; }, 4, 0);
    });
#ifndef _LIBCPP_VERSION // its unwinder stumbles over glibc's frames of these
    Count += thrown([] {
      dirent **Names;
      scandir(Folder.c_str(), &Names, [](const dirent *) -> int { throw 1; }, alphasort);
    });
    Count += thrown([] {
      static pthread_once_t Once;
      Once = PTHREAD_ONCE_INIT;
      pthread_once(&Once, [] { throw 1; });
    });
#endif
    Count += thrown([] {
      std::once_flag Once;
      std::call_once(Once, [] { throw 1; });
    });
    Count += thrown([] { static Broken Never; });
  }
  return Count;
}

// Cleanups of C++ functions: not with libc++, whose unwinder isn't the one that glibc cancels with.
#ifdef _LIBCPP_VERSION
#define CLEAN_UP(F, A)
#define CLEANED_UP
#else
#define CLEAN_UP(F, A) pthread_cleanup_push(F, A)
#define CLEANED_UP pthread_cleanup_pop(1)
#endif
static char Byte[1 << 12];
static void (*const Waits[])() = {
    [] { (void)!read(Pipe[0], Byte, 1); },
    [] { (void)!write(Full[1], Byte, sizeof Byte); },
    [] { recv(Unix[0], Byte, 1, 0); },
    [] { recvfrom(Unix[0], Byte, 1, 0, nullptr, nullptr); },
    [] { accept(Listening, nullptr, nullptr); },
    [] { open(Fifo.c_str(), O_RDONLY); },
    [] {
      pollfd One{Pipe[0], POLLIN, 0};
      poll(&One, 1, -1);
    },
    [] {
      fd_set Set;
      FD_ZERO(&Set);
      FD_SET(Pipe[0], &Set);
      select(Pipe[0] + 1, &Set, nullptr, nullptr, nullptr);
    },
    [] { sleep(100); },
    [] { usleep(100000000); },
    [] {
      timespec Long{100, 0};
      nanosleep(&Long, nullptr);
    },
    [] {
      timespec Long{100, 0};
      clock_nanosleep(CLOCK_MONOTONIC, 0, &Long, nullptr);
    },
    [] { pause(); },
    [] { waitpid(Child, nullptr, 0); },
    [] { sem_wait(&Nothing); },
    [] {
      static pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
      static pthread_cond_t Never = PTHREAD_COND_INITIALIZER;
      pthread_mutex_lock(&Mutex);
      CLEAN_UP([](void *) { pthread_mutex_unlock(&Mutex); }, nullptr);
      pthread_cond_wait(&Never, &Mutex);
      CLEANED_UP;
    },
    [] {
      sigset_t One;
      sigemptyset(&One);
      sigaddset(&One, SIGUSR2);
      int Which;
      sigwait(&One, &Which);
    },
    [] {
      struct {
        long Kind;
        char Text[1];
      } Message;
      msgrcv(Queue, &Message, 1, 0, 0);
    },
};
static int cancels_ok() {
  int Count = 0;
  for (auto *Wait : Waits) {
    pthread_t Thread;
    if (pthread_create(
            &Thread, nullptr,
            [](void *What) -> void * {
              (*static_cast<void (*const *)()>(What))();
              return nullptr;
            },
            const_cast<void (**)()>(&Wait)) != 0)
      std::abort();
    usleep(2000);
    pthread_cancel(Thread);
    void *Result;
    pthread_join(Thread, &Result);
    Count += Result == PTHREAD_CANCELED;
  }
  return Count;
}

int main() {
  if (!mkdtemp(Folder.data()) || pipe(Pipe) != 0 || pipe(Full) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, Unix) != 0 ||
      mkfifo((Fifo = Folder + "/fifo").c_str(), 0600) != 0)
    return 1;
  Listening = socket(AF_INET, SOCK_STREAM, 0);
  if (listen(Listening, 1) != 0)
    return 2;
  fcntl(Full[1], F_SETFL, O_NONBLOCK);
  while (write(Full[1], Byte, sizeof Byte) > 0)
    ;
  fcntl(Full[1], F_SETFL, 0);
  sem_init(&Nothing, 0, 0);
  Queue = msgget(IPC_PRIVATE, 0600);
  Child = fork();
  if (Child == 0) {
    pause();
    _exit(0);
  }
  const int Cancelled = cancels_ok();
  int Thrown = 0;
  runLoop(10, [&](int Round) {
    if (Round == 5)
      Thrown = throws_ok();
    if (Round == 7)
      afterwards_bad();
  });
  msgctl(Queue, IPC_RMID, nullptr);
  kill(Child, SIGKILL);
  waitpid(Child, nullptr, 0);
  if (system(("rm -r '" + Folder + "'").c_str()) != 0)
    return 3;
  std::printf("%d thrown, %d cancelled of %zu\n", Thrown, Cancelled, std::size(Waits));
  return static_cast<size_t>(Cancelled) != std::size(Waits);
}

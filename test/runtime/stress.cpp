// Everything at once for some seconds (an argument: milliseconds of each half): threads that
// come and go, locks in both orders, forks, signals, cancellation, throw storms, loops that
// stall, system calls cut short. No crash, no hang, no descriptor or thread too much, and what
// is kept for good is kept in the first half: tens of thousands of locks and threads later, the
// process is hardly larger. Its counts are printed.
// RUN: %three_ways --options threshold_ms=20:block_ms=10 %s > %t.out
// RUN: grep -c "^all went on: .* 0 descriptors and 0 threads left over; no leak" %t.out | %FileCheck %s
// CHECK: 3
// RUN: for w in preloaded shared static; do %expect %t.$w.json "sum(l['stalls'] for l in loops) >= 4" \
// RUN:   "any(f['function'] == 'stalls_bad' for f in findings)" || exit 1; done
#include "loop.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

using Clock = std::chrono::steady_clock;
static Clock::time_point End;
static bool over() { return Clock::now() >= End; }

static std::mutex Locks[16];
static std::shared_mutex Shared;
static std::atomic<long> Locked, Thrown, Forks, Signals, Cancelled, Started, Rounds;

static void locksAndThrows(unsigned Seed) {
  while (!over()) {
    Seed = Seed * 1664525 + 1013904223;
    try {
      std::scoped_lock Both(Locks[Seed >> 28], Locks[(Seed >> 24 & 7) + 8 == Seed >> 28 ? 0 : (Seed >> 24 & 7) + 8]);
      std::shared_lock Reads(Shared);
      ++Locked;
      if (Seed >> 8 & 1)
        throw std::runtime_error("storm");
    } catch (const std::exception &) {
      ++Thrown;
    }
  }
}

[[gnu::noinline]] static void stalls_bad() { usleep(40000); asm(""); }
static void loops() {
  while (!over())
    runLoop(50, [](int I) {
      ++Rounds;
      if (I == 25 && !over())
        stalls_bad();
    });
}

static void startsThreads() {
  while (!over()) {
    std::vector<std::thread> Some;
    for (int I = 0; I < 8; ++I)
      Some.emplace_back([] {
        std::lock_guard Guard(Locks[0]);
        ++Started;
      });
    for (std::thread &T : Some)
      T.join();
  }
}

static void forks() {
  while (!over()) {
    const pid_t Child = fork();
    if (Child == 0) { // whatever was locked in the parent: only what is its own
      std::mutex Mine;
      std::lock_guard Guard(Mine);
      runLoop(5, [](int) {});
      _exit(7);
    }
    int Status = 0;
    if (waitpid(Child, &Status, 0) == Child && WEXITSTATUS(Status) == 7)
      ++Forks;
    usleep(100000); // each has a record file
  }
}

static void cancels() {
  while (!over()) {
    pthread_t Thread;
    if (pthread_create(
            &Thread, nullptr,
            [](void *) -> void * {
              for (;;)
                usleep(100000);
            },
            nullptr) != 0)
      std::abort();
    pthread_cancel(Thread);
    void *Result;
    pthread_join(Thread, &Result);
    Cancelled += Result == PTHREAD_CANCELED;
  }
}

static long entries(const char *Folder) {
  long Count = 0;
  DIR *Open = opendir(Folder);
  for (dirent *E; (E = readdir(Open));)
    Count += E->d_name[0] != '.';
  closedir(Open);
  return Count;
}
static long residentKb() {
  long Pages = 0, Resident = 0;
  std::FILE *File = std::fopen("/proc/self/statm", "r");
  if (std::fscanf(File, "%ld %ld", &Pages, &Resident) != 2)
    std::abort();
  std::fclose(File);
  return Resident * 4;
}

static void storm(int Ms) {
  End = Clock::now() + std::chrono::milliseconds(Ms);
  std::vector<std::thread> All;
  for (unsigned I = 0; I < 3; ++I)
    All.emplace_back(locksAndThrows, I);
  for (auto *Run : {loops, loops, startsThreads, forks, cancels})
    All.emplace_back(Run);
  while (!over()) {
    kill(getpid(), SIGUSR1);
    usleep(2000);
  }
  for (std::thread &T : All)
    T.join();
}

int main(int Count, char **Arguments) {
  struct sigaction Action {};
  Action.sa_handler = [](int) { ++Signals; };
  Action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &Action, nullptr);
  const int Ms = Count > 1 ? std::atoi(Arguments[1]) : 1500;
  storm(Ms); // what is kept for good is there now
  const long Files = entries("/proc/self/fd"), Threads = entries("/proc/self/task"), Kb = residentKb();
  storm(Ms);
  usleep(10000);
  const long More = residentKb() - Kb;
  std::printf("all went on: %ld locked, %ld thrown, %ld forks, %ld signals, %ld cancelled, %ld threads, %ld rounds; "
              "%ld KiB, %ld KiB more in the second half; %ld descriptors and %ld threads left over; %s\n",
              Locked.load(), Thrown.load(), Forks.load(), Signals.load(), Cancelled.load(), Started.load(),
              Rounds.load(), Kb, More, entries("/proc/self/fd") - Files, entries("/proc/self/task") - Threads,
              More < 4096 ? "no leak" : "leaks");
}

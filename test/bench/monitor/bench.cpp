// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One hot path of the monitor: bench-monitor WHAT [N]. Prints nanoseconds,
// bytes or seconds; run.py compares with and without the monitor.
//
// Times are the least of many short rounds, which other programs on the machine
// disturb least.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>
#include <shared_mutex>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#ifndef NO_MONITOR_HEADERS
#include <gridlock/coroutine.h>
#endif

namespace {

using Clock = std::chrono::steady_clock;

template <class Work> double best(int Count, Work &&Once) {
  double Least = 1e18;
  const auto Until = Clock::now() + std::chrono::milliseconds(400);
  for (auto Start = Clock::now(); Start < Until;) {
    for (int I = 0; I < Count; ++I)
      Once();
    const auto End = Clock::now();
    const std::chrono::duration<double, std::nano> Time = End - Start;
    Least = std::min(Least, Time.count() / Count);
    Start = Clock::now();
  }
  return Least;
}

template <class Mutex> double lockPair() {
  Mutex M;
  return best(20000, [&] {
    M.lock();
    M.unlock();
  });
}

struct Plain {
  pthread_mutex_t M = PTHREAD_MUTEX_INITIALIZER;
  void lock() { pthread_mutex_lock(&M); }
  void unlock() { pthread_mutex_unlock(&M); }
};
struct Shared : std::shared_mutex {
  void lock() { lock_shared(); }
  void unlock() { unlock_shared(); }
};
struct Spin {
  pthread_spinlock_t S;
  Spin() { pthread_spin_init(&S, PTHREAD_PROCESS_PRIVATE); }
  void lock() { pthread_spin_lock(&S); }
  void unlock() { pthread_spin_unlock(&S); }
};
struct Semaphore {
  sem_t S;
  Semaphore() { sem_init(&S, 0, 1); }
  void lock() { sem_wait(&S); }
  void unlock() { sem_post(&S); }
};
struct Two { // in order
  std::mutex A, B;
  void lock() {
    A.lock();
    B.lock();
  }
  void unlock() {
    B.unlock();
    A.unlock();
  }
};

// Two threads want one mutex, for some 0.2 us each time: ns of a turn.
double contended() {
  std::mutex M;
  std::atomic<bool> Stop{false};
  std::uint64_t Guarded = 1;
  const auto Turns = [&] {
    long Count = 0;
    for (; !Stop.load(std::memory_order_relaxed); ++Count) {
      std::lock_guard Guard(M);
      for (int I = 0; I < 150; ++I) {
        Guarded = Guarded * 6364136223846793005u + 1;
        asm volatile("" : "+r"(Guarded));
      }
    }
    return Count;
  };
  long Others = 0;
  std::thread Other([&] { Others = Turns(); });
  std::thread Timer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    Stop = true;
  });
  const long Own = Turns();
  Other.join();
  Timer.join();
  return 400e6 / static_cast<double>(Own + Others);
}

double tick() {
  const int Poll = epoll_create1(0), Event = eventfd(1, 0);
  epoll_event Watched{};
  Watched.events = EPOLLIN;
  epoll_ctl(Poll, EPOLL_CTL_ADD, Event, &Watched);
  return best(2000, [&] {
    epoll_event Seen;
    epoll_wait(Poll, &Seen, 1, -1);
  });
}

struct BarePromise {
  std::suspend_never initial_suspend() noexcept { return {}; }
  std::suspend_never final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { std::abort(); }
};
template <class Promise> struct Task {
  struct promise_type : Promise {
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    void return_void() noexcept {}
  };
  std::coroutine_handle<promise_type> Handle;
};
#ifndef NO_MONITOR_HEADERS
struct ObservedTask {
  struct Inner : BarePromise {
    ObservedTask get_return_object() {
      return {std::coroutine_handle<Inner>::from_promise(*this)};
    }
    void return_void() noexcept {}
  };
  using promise_type = gridlock::observed_promise<Inner>;
  std::coroutine_handle<> Handle;
};
#endif

template <class T> T forEver() {
  for (;;)
    co_await std::suspend_always{};
}
template <class T> double resume() {
  auto Handle = forEver<T>().Handle;
  return best(20000, [&] { Handle.resume(); });
}

double cpuSeconds() {
  timespec T;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &T);
  return static_cast<double>(T.tv_sec) + static_cast<double>(T.tv_nsec) / 1e9;
}

// Loops that sleep, and one that has a heartbeat of 100 ms. CPU seconds for
// each second, from the third one on.
double idle(int Seconds) {
  for (int L = 0; L < 4; ++L)
    std::thread([L] {
      const int Poll = epoll_create1(0), Event = eventfd(1, 0);
      epoll_event Watched{}, Seen;
      Watched.events = EPOLLIN;
      epoll_ctl(Poll, EPOLL_CTL_ADD, Event, &Watched);
      for (int I = 0; I < 10; ++I)
        epoll_wait(Poll, &Seen, 1, -1);
      std::uint64_t Value;
      if (read(Event, &Value, sizeof Value) != sizeof Value)
        std::abort();
      for (;;)
        epoll_wait(Poll, &Seen, 1, L == 0 ? 100 : -1);
    }).detach();
  sleep(2);
  const double Before = cpuSeconds();
  sleep(static_cast<unsigned>(Seconds));
  return (cpuSeconds() - Before) / Seconds;
}

double residentBytes() {
  std::FILE *File = std::fopen("/proc/self/statm", "r");
  long All = 0, Resident = 0;
  if (!File || std::fscanf(File, "%ld %ld", &All, &Resident) != 2)
    std::abort();
  std::fclose(File);
  return static_cast<double>(Resident) * 4096;
}

// Count locks, all taken, one below another in pairs, by several threads.
double memory(std::size_t Count) {
  const auto Locks = std::make_unique<std::mutex[]>(Count);
  std::vector<std::thread> Threads;
  for (int T = 0; T < 4; ++T)
    Threads.emplace_back([&] {
      for (std::size_t I = 1; I < Count; ++I) {
        std::lock_guard Outer(Locks[I - 1]);
        std::lock_guard Inner(Locks[I]);
      }
    });
  for (std::thread &T : Threads)
    T.join();
  return residentBytes();
}

double measure(const char *What, int N) {
  const auto Is = [&](const char *Name) { return !std::strcmp(What, Name); };
  if (Is("memory"))
    return memory(static_cast<std::size_t>(N));
  if (Is("idle"))
    return idle(N);
  std::thread([] { pause(); }).detach(); // glibc is faster with one thread
  if (Is("mutex"))
    return lockPair<Plain>();
  if (Is("std"))
    return lockPair<std::mutex>();
  if (Is("recursive"))
    return lockPair<std::recursive_mutex>();
  if (Is("exclusive"))
    return lockPair<std::shared_mutex>();
  if (Is("shared"))
    return lockPair<Shared>();
  if (Is("spin"))
    return lockPair<Spin>();
  if (Is("semaphore"))
    return lockPair<Semaphore>();
  if (Is("nested"))
    return lockPair<Two>();
  if (Is("contended"))
    return contended();
  if (Is("tick"))
    return tick();
  if (Is("resume"))
    return resume<Task<BarePromise>>();
#ifndef NO_MONITOR_HEADERS
  if (Is("resume-observed"))
    return resume<ObservedTask>();
#endif
  std::fprintf(stderr, "bench-monitor: unknown '%s'\n", What);
  std::exit(2);
}

} // namespace

int main(int Count, char **Arguments) {
  if (Count > 1 && std::strcmp(Arguments[1], "nothing") != 0)
    std::printf("%.9g\n",
                measure(Arguments[1], Count > 2 ? std::atoi(Arguments[2]) : 0));
  std::fflush(stdout);
  _exit(0);
}

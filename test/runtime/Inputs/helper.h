// A thread that does something later, so that a loop thread has to wait for it.
#ifndef VICTIM_HELPER_H
#define VICTIM_HELPER_H

#include <cstdlib>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <time.h>
#include <unistd.h>

inline void sleepMs(long Ms) {
  timespec Time{Ms / 1000, Ms % 1000 * 1000000};
  nanosleep(&Time, nullptr);
}

/// Runs what it is asked for on its own thread, one request after the other.
class Helper {
public:
  Helper() {
    if (pipe(Requests) != 0)
      std::abort();
    Runner = std::thread([this] {
      const std::function<void()> *Request;
      while (read(Requests[0], &Request, sizeof Request) == sizeof Request && Request) {
        (*Request)();
        delete Request;
      }
    });
  }
  ~Helper() {
    ask(nullptr);
    Runner.join();
  }
  Helper(const Helper &) = delete;

  template <class F> void later(F &&Request) { ask(new std::function<void()>(std::forward<F>(Request))); }

  /// Returns once the helper has taken MUTEX; it gives it back after MS.
  void holdFor(std::mutex &Mutex, long Ms) {
    std::promise<void> Locked;
    later([&Mutex, &Locked, Ms] {
      std::lock_guard Guard(Mutex);
      Locked.set_value();
      sleepMs(Ms);
    });
    Locked.get_future().wait();
  }

private:
  void ask(const std::function<void()> *Request) {
    if (write(Requests[1], &Request, sizeof Request) != sizeof Request)
      std::abort();
  }
  int Requests[2];
  std::thread Runner;
};

#endif

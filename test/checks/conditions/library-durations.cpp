// Durations of a library's own class: zero if all that they are made of is.
// RUN: %check_all gridlock-blocking-in-callback %s -- -std=c++20 -I%root/runtime-monitor/include
#include <gridlock/annotations.h>

#include <chrono>
#include <mutex>

namespace Poco {
class Timespan {
public:
  enum Kind { Never, Soon };
  Timespan();
  Timespan(long microseconds);
  Timespan(long seconds, long microseconds);
  Timespan(Kind kind);
  explicit Timespan(const char *text);
  Timespan &assign(long seconds);
  long totalSeconds() const;
};
namespace Net {
struct Socket {
  bool poll(const Timespan &timeout, int mode) const;
};
} // namespace Net
} // namespace Poco

using Poco::Timespan;

GRIDLOCK_RUNS_ON_LOOP void now_ok(Poco::Net::Socket &s) {
  s.poll(Timespan(0, 0), 1);
  s.poll(0, 1);
  s.poll({}, 1);
  Timespan none;
  none.totalSeconds();
  s.poll(none, 1);
}

GRIDLOCK_RUNS_ON_LOOP void later_bad(Poco::Net::Socket &s, long delay) {
  // CHECK: library-durations.cpp:[[@LINE+1]]:5: warning: 'Poco::Net::Socket::poll' blocks
  s.poll(Timespan(5, 0), 1);
  // CHECK: library-durations.cpp:[[@LINE+1]]:5: warning: 'Poco::Net::Socket::poll' blocks
  s.poll(Timespan(0, delay), 1);
  // CHECK: library-durations.cpp:[[@LINE+1]]:5: warning: 'Poco::Net::Socket::poll' blocks
  s.poll(Timespan::Never, 1);
  // CHECK: library-durations.cpp:[[@LINE+1]]:5: warning: 'Poco::Net::Socket::poll' blocks
  s.poll(Timespan("5 s"), 1);
  Timespan changed(0, 0);
  changed.assign(5);
  // CHECK: library-durations.cpp:[[@LINE+1]]:5: warning: 'Poco::Net::Socket::poll' blocks
  s.poll(changed, 1);
}

GRIDLOCK_RUNS_ON_LOOP void increased_bad(std::timed_mutex &m) {
  std::chrono::seconds wait(0);
  wait += std::chrono::seconds(2);
  // CHECK: library-durations.cpp:[[@LINE+1]]:9: warning: 'std::timed_mutex::try_lock_for' blocks
  if (m.try_lock_for(wait))
    m.unlock();
}

GRIDLOCK_RUNS_ON_LOOP void unchanged_ok(std::timed_mutex &m) {
  std::chrono::seconds wait(0);
  if (m.try_lock_for(wait))
    m.unlock();
}

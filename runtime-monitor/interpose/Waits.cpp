// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits for events: where loops are recognised.
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/loops/Loops.h"

using namespace gridlock::monitor;

namespace {

// What is left of a wait that the watchdog's signal cut short; the program must
// not see that. Negative: no limit.
class Remaining {
public:
  explicit Remaining(Thread &T)
      : T(T), Signals(T.Signals.load(std::memory_order_relaxed)) {}

  /// True if the call was interrupted by us: Ns is shortened by the time gone.
  bool again(int Rc, int64_t &Ns, uint64_t Start) {
    uint32_t Now = T.Signals.load(std::memory_order_relaxed);
    if (__builtin_expect(Rc >= 0 || errno != EINTR || Now == Signals, 1))
      return false;
    Signals = Now;
    if (Ns > 0) {
      int64_t Gone = static_cast<int64_t>(Clock::now() - Start);
      Ns = Gone < Ns ? Ns - Gone : 0;
    }
    return true;
  }

private:
  Thread &T;
  uint32_t Signals;
};

int64_t nanoseconds(const timespec *T) {
  return T ? static_cast<int64_t>(T->tv_sec) * 1000000000 + T->tv_nsec : -1;
}

timespec asTimespec(int64_t Ns) { return {Ns / 1000000000, Ns % 1000000000}; }

// As gridlock_call's kinds and arguments.
struct WaitsOn {
  const char *Kinds;
  uint64_t First, Second;
};
WaitsOn descriptor(int Fd) { return {"d", static_cast<uint64_t>(Fd), 0}; }
WaitsOn polled(const pollfd *Fds, nfds_t Count) {
  return {"qn", addressOf(Fds), Count};
}
constexpr WaitsOn Untold{nullptr, 0, 0};

// Makes the call with the time it may last; F takes that time in ns (or the
// program's own arguments when nothing was cut short).
template <class First, class Again>
[[gnu::always_inline]] inline int
waitFor(Thread &T, const char *Operation, const void *Site, WaitsOn On,
        int64_t Ns, First &&MakeFirst, Again &&MakeAgain) {
  WaitScope Scope(T, Operation, Site, On.Kinds, On.First, On.Second);
  uint64_t Start = Ns > 0 ? T.WaitSince : 0;
  Remaining Left(T);
  int Rc = MakeFirst();
  while (Left.again(Rc, Ns, Start))
    Rc = MakeAgain(Ns);
  Scope.Result = Rc;
  return Rc;
}

// Inside another interposed call (libpq polling in PQexec) a wait is that
// call's own.
Thread *waitingThread() {
  Thread *T = currentThread();
  return T && !T->Call.load(std::memory_order_relaxed) && TheOptions.Loops
             ? T
             : nullptr;
}

int milliseconds(int64_t Ns) {
  return Ns < 0 ? -1 : static_cast<int>((Ns + 999999) / 1000000);
}

} // namespace

INTERPOSE int epoll_wait(int Fd, epoll_event *Events, int Most, int Timeout) {
  auto *F = REAL(epoll_wait);
  Thread *T = waitingThread();
  if (!T)
    return F(Fd, Events, Most, Timeout);
  return waitFor(
      *T, Operation.epoll_wait, CALLER, descriptor(Fd),
      int64_t{Timeout} * 1000000, [&] { return F(Fd, Events, Most, Timeout); },
      [&](int64_t Ns) { return F(Fd, Events, Most, milliseconds(Ns)); });
}

INTERPOSE int epoll_pwait(int Fd, epoll_event *Events, int Most, int Timeout,
                          const sigset_t *Mask) {
  auto *F = REAL(epoll_pwait);
  Thread *T = waitingThread();
  if (!T)
    return F(Fd, Events, Most, Timeout, Mask);
  return waitFor(
      *T, Operation.epoll_pwait, CALLER, descriptor(Fd),
      int64_t{Timeout} * 1000000,
      [&] { return F(Fd, Events, Most, Timeout, Mask); },
      [&](int64_t Ns) { return F(Fd, Events, Most, milliseconds(Ns), Mask); });
}

INTERPOSE int epoll_pwait2(int Fd, epoll_event *Events, int Most,
                           const timespec *Timeout, const sigset_t *Mask) {
  auto *F = REAL(epoll_pwait2);
  if (!F) {
    errno = ENOSYS;
    return -1;
  }
  Thread *T = waitingThread();
  if (!T)
    return F(Fd, Events, Most, Timeout, Mask);
  return waitFor(
      *T, Operation.epoll_pwait2, CALLER, descriptor(Fd), nanoseconds(Timeout),
      [&] { return F(Fd, Events, Most, Timeout, Mask); },
      [&](int64_t Ns) {
        timespec Time = asTimespec(Ns);
        return F(Fd, Events, Most, Ns < 0 ? nullptr : &Time, Mask);
      });
}

INTERPOSE int poll(pollfd *Fds, nfds_t Count, int Timeout) {
  auto *F = REAL(poll);
  Thread *T = waitingThread();
  if (!T)
    return F(Fds, Count, Timeout);
  return waitFor(
      *T, Operation.poll, CALLER, polled(Fds, Count),
      int64_t{Timeout} * 1000000, [&] { return F(Fds, Count, Timeout); },
      [&](int64_t Ns) { return F(Fds, Count, milliseconds(Ns)); });
}

INTERPOSE int __poll_chk(pollfd *Fds, nfds_t Count, int Timeout, size_t Size) {
  auto *F = REAL(__poll_chk);
  Thread *T = waitingThread();
  if (!T)
    return F(Fds, Count, Timeout, Size);
  return waitFor(
      *T, Operation.poll, CALLER, polled(Fds, Count),
      int64_t{Timeout} * 1000000, [&] { return F(Fds, Count, Timeout, Size); },
      [&](int64_t Ns) { return F(Fds, Count, milliseconds(Ns), Size); });
}

INTERPOSE int ppoll(pollfd *Fds, nfds_t Count, const timespec *Timeout,
                    const sigset_t *Mask) {
  auto *F = REAL(ppoll);
  Thread *T = waitingThread();
  if (!T)
    return F(Fds, Count, Timeout, Mask);
  return waitFor(
      *T, Operation.ppoll, CALLER, polled(Fds, Count), nanoseconds(Timeout),
      [&] { return F(Fds, Count, Timeout, Mask); },
      [&](int64_t Ns) {
        timespec Time = asTimespec(Ns);
        return F(Fds, Count, Ns < 0 ? nullptr : &Time, Mask);
      });
}

INTERPOSE int __ppoll_chk(pollfd *Fds, nfds_t Count, const timespec *Timeout,
                          const sigset_t *Mask, size_t Size) {
  auto *F = REAL(__ppoll_chk);
  Thread *T = waitingThread();
  if (!T)
    return F(Fds, Count, Timeout, Mask, Size);
  return waitFor(
      *T, Operation.ppoll, CALLER, polled(Fds, Count), nanoseconds(Timeout),
      [&] { return F(Fds, Count, Timeout, Mask, Size); },
      [&](int64_t Ns) {
        timespec Time = asTimespec(Ns);
        return F(Fds, Count, Ns < 0 ? nullptr : &Time, Mask, Size);
      });
}

// select's sets are not changed when it is interrupted, and Linux keeps its
// timeout up to date.
INTERPOSE int select(int Count, fd_set *Read, fd_set *Write, fd_set *Except,
                     timeval *Timeout) {
  auto *F = REAL(select);
  Thread *T = waitingThread();
  if (!T)
    return F(Count, Read, Write, Except, Timeout);
  auto Make = [&] { return F(Count, Read, Write, Except, Timeout); };
  return waitFor(*T, Operation.select, CALLER, Untold, -1, Make,
                 [&](int64_t) { return Make(); });
}

INTERPOSE int pselect(int Count, fd_set *Read, fd_set *Write, fd_set *Except,
                      const timespec *Timeout, const sigset_t *Mask) {
  auto *F = REAL(pselect);
  Thread *T = waitingThread();
  if (!T)
    return F(Count, Read, Write, Except, Timeout, Mask);
  return waitFor(
      *T, Operation.pselect, CALLER, Untold, nanoseconds(Timeout),
      [&] { return F(Count, Read, Write, Except, Timeout, Mask); },
      [&](int64_t Ns) {
        timespec Time = asTimespec(Ns);
        return F(Count, Read, Write, Except, Ns < 0 ? nullptr : &Time, Mask);
      });
}

// Sleeps: the same care about the watchdog's signal, which may have been on its
// way when the thread fell asleep.
INTERPOSE int nanosleep(const timespec *Time, timespec *Rest) {
  auto *F = REAL(nanosleep);
  CallScope Scope(Operation.nanosleep, nullptr, CALLER, "T", addressOf(Time));
  Thread *T = Scope.caller();
  if (!T)
    return F(Time, Rest);
  Remaining Left(*T);
  int64_t None = -1;
  timespec Mine{};
  int Rc = F(Time, &Mine);
  while (Left.again(Rc, None, 0)) {
    timespec Next = Mine;
    Rc = F(&Next, &Mine);
  }
  if (Rc != 0 && Rest)
    *Rest = Mine;
  return Rc;
}

INTERPOSE int clock_nanosleep(clockid_t Clock, int Flags, const timespec *Time,
                              timespec *Rest) {
  auto *F = REAL(clock_nanosleep);
  CallScope Scope(Operation.clock_nanosleep, nullptr, CALLER,
                  Flags == 0 ? "T" : nullptr, addressOf(Time));
  Thread *T = Scope.caller();
  if (!T)
    return F(Clock, Flags, Time, Rest);
  uint32_t Signals = T->Signals.load(std::memory_order_relaxed);
  timespec Mine{};
  int Rc = F(Clock, Flags, Time, &Mine);
  while (Rc == EINTR && T->Signals.load(std::memory_order_relaxed) != Signals) {
    Signals = T->Signals.load(std::memory_order_relaxed);
    timespec Next =
        Flags == 0 ? Mine : *Time; // absolute times stay as they are
    Rc = F(Clock, Flags, &Next, &Mine);
  }
  if (Rc == EINTR && Rest && Flags == 0)
    *Rest = Mine;
  return Rc;
}

INTERPOSE unsigned sleep(unsigned Seconds) {
  auto *F = REAL(sleep);
  CallScope Scope(Operation.sleep, nullptr, CALLER, "s", Seconds);
  Thread *T = Scope.caller();
  uint32_t Signals = T ? T->Signals.load(std::memory_order_relaxed) : 0;
  unsigned Left = F(Seconds);
  while (Left != 0 && T &&
         T->Signals.load(std::memory_order_relaxed) != Signals) {
    Signals = T->Signals.load(std::memory_order_relaxed);
    Left = F(Left);
  }
  return Left;
}

INTERPOSE int usleep(useconds_t Time) {
  auto *F = REAL(usleep);
  CallScope Scope(Operation.usleep, nullptr, CALLER, "u", Time);
  Thread *T = Scope.caller();
  if (!T)
    return F(Time);
  Remaining Left(*T);
  uint64_t Start = gridlock::monitor::Clock::now();
  int64_t Ns = int64_t{Time} * 1000;
  int Rc = F(Time);
  while (Left.again(Rc, Ns, Start)) {
    Start = gridlock::monitor::Clock::now();
    Rc = F(static_cast<useconds_t>(Ns / 1000));
  }
  return Rc;
}

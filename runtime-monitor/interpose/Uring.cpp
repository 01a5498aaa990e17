// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits for completions through liburing.so, which makes its system calls
// itself. In the shared monitor only. What liburing's header does inline
// (io_uring_wait_cqe when something is there already) is no wait.
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/loops/Loops.h"

using namespace gridlock::monitor;

struct io_uring;
struct io_uring_cqe;

namespace {

/// The function itself comes after the monitor, or its library is not loaded.
template <class F> F next(F &Slot, const char *Name) {
  return Slot ? Slot : findNow(Slot, Name);
}

template <class Wait>
int waitWith(unsigned Least, const char *Operation, const void *Site,
             Wait WaitIt) {
  Thread *T = currentThread();
  if (!T || Least == 0 || !TheOptions.Loops ||
      T->Call.load(std::memory_order_relaxed))
    return WaitIt();
  WaitScope Scope(*T, Operation, Site);
  uint32_t Signals = T->Signals.load(std::memory_order_relaxed), Before;
  int Rc;
  do { // what the watchdog's signal cut short
    Before = Signals;
    Rc = WaitIt();
    Signals = T->Signals.load(std::memory_order_relaxed);
  } while (Rc == -EINTR && Signals != Before);
  Scope.Result = Rc;
  return Rc;
}

} // namespace

#define URING_WAIT(NAME, LEAST, PARAMETERS, ...)                               \
  INTERPOSE int NAME PARAMETERS {                                              \
    static int(*Real) PARAMETERS;                                              \
    auto *F = next(Real, #NAME);                                               \
    if (!F)                                                                    \
      return -ENOSYS;                                                          \
    return waitWith(LEAST, "liburing/" #NAME, CALLER,                          \
                    [&] { return F(__VA_ARGS__); });                           \
  }

URING_WAIT(io_uring_submit_and_wait, Least, (io_uring * Ring, unsigned Least),
           Ring, Least)
URING_WAIT(io_uring_submit_and_wait_timeout, Least,
           (io_uring * Ring, io_uring_cqe **Seen, unsigned Least, void *Time,
            sigset_t *Mask),
           Ring, Seen, Least, Time, Mask)
URING_WAIT(io_uring_wait_cqes, Least,
           (io_uring * Ring, io_uring_cqe **Seen, unsigned Least, void *Time,
            sigset_t *Mask),
           Ring, Seen, Least, Time, Mask)
URING_WAIT(io_uring_wait_cqe_timeout, 1,
           (io_uring * Ring, io_uring_cqe **Seen, void *Time), Ring, Seen, Time)
URING_WAIT(__io_uring_get_cqe, Least,
           (io_uring * Ring, io_uring_cqe **Seen, unsigned Submit,
            unsigned Least, sigset_t *Mask),
           Ring, Seen, Submit, Least, Mask)

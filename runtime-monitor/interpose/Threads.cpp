// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condition variables, joins, raw futexes (std::atomic, future,
// semaphore, latch), thread creation and the ends of the process that skip
// destructors.
#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Init.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/interpose/Locks.h"
#include "runtime-monitor/locks/Holds.h"
#include "runtime-monitor/locks/Order.h"
#include "runtime-monitor/locks/Sleeps.h"
#include "runtime-monitor/loops/Loops.h"
#include "runtime-monitor/records/Snapshot.h"
#include "runtime-monitor/records/Writer.h"

#include <optional>
#include <utility>

using namespace gridlock::monitor;

namespace {

// The mutex is free while the thread waits and held again afterwards, also when
// the wait is left by pthread_cancel.
class ReleasedWhile {
public:
  ReleasedWhile(Thread *T, const void *Mutex, const char *Operation,
                const void *Site) noexcept
      : T(T && TheOptions.Locks ? T : nullptr), Mutex(Mutex),
        Site(addressOf(Site)) {
    if (!this->T)
      return;
    // Told before the lock is given back, for the wait does that; the stack,
    // of a long hold now and then, is worth its 3 us.
    if (const HoldEnd End(*T, Mutex); End.Detail.Timed) {
      gridlock_call Call;
      GRIDLOCK_CAPTURE(&Call);
      End.tell(*T, &Call);
    }
    Again.emplace(*T, Mutex, Operation, this->Site);
    if (T->heldCount() != 0) // the wait ends with taking it again
      takesInOrder(*T, Mutex, Operation, this->Site);
  }
  ~ReleasedWhile() {
    if (!T)
      return;
    T->acquired(Mutex, Site);
    Again->taken(*T);
  }
  ReleasedWhile(const ReleasedWhile &) = delete;

private:
  Thread *const T;
  const void *const Mutex;
  const uint64_t Site;
  std::optional<HoldStart> Again;
};

/// A wait for a condition, which is made without the mutex.
class ConditionWait : ReleasedWhile, public SleepScope {
public:
  [[gnu::always_inline]] ConditionWait(const void *Condition, const void *Mutex,
                                       const char *Operation,
                                       const void *Site) noexcept
      : ReleasedWhile(currentThread(), Mutex, Operation, Site),
        SleepScope(Operation, Condition, Site) {
    left = [](gridlock_call *Call) {
      static_cast<ConditionWait *>(Call)->~ConditionWait();
    };
  }
};

template <class Wait>
[[gnu::always_inline]] inline int
waitOn(const void *Condition, const void *Mutex, const char *Operation,
       const void *Site, Wait &&WaitIt) {
  ConditionWait Scope(Condition, Mutex, Operation, Site);
  const int Rc = WaitIt();
  // glibc's; a cnd_t is one, too.
  const auto *C = static_cast<const pthread_cond_t *>(Condition);
  Scope.endedByAny(Rc == 0 && (C->__data.__wrefs & 1) != 0);
  return Rc;
}

bool waits(int Futex) {
  switch (Futex & FUTEX_CMD_MASK) {
  case FUTEX_WAIT:
  case FUTEX_WAIT_BITSET:
  case FUTEX_LOCK_PI:
  case FUTEX_WAIT_REQUEUE_PI:
  case 13 /*FUTEX_LOCK_PI2*/:
    return true;
  default:
    return false;
  }
}

} // namespace

INTERPOSE int pthread_cond_wait(pthread_cond_t *C, pthread_mutex_t *M) {
  return waitOn(C, M, Operation.pthread_cond_wait, CALLER,
                [&] { return REAL(pthread_cond_wait)(C, M); });
}

INTERPOSE int pthread_cond_timedwait(pthread_cond_t *C, pthread_mutex_t *M,
                                     const timespec *Until) {
  return waitOn(C, M, Operation.pthread_cond_timedwait, CALLER,
                [&] { return REAL(pthread_cond_timedwait)(C, M, Until); });
}

INTERPOSE int pthread_cond_clockwait(pthread_cond_t *C, pthread_mutex_t *M,
                                     clockid_t Clock, const timespec *Until) {
  return waitOn(C, M, Operation.pthread_cond_clockwait, CALLER, [&] {
    return REAL(pthread_cond_clockwait)(C, M, Clock, Until);
  });
}

INTERPOSE int cnd_wait(cnd_t *C, mtx_t *M) {
  return waitOn(C, M, Operation.cnd_wait, CALLER,
                [&] { return REAL(cnd_wait)(C, M); });
}

INTERPOSE int cnd_timedwait(cnd_t *C, mtx_t *M, const timespec *Until) {
  return waitOn(C, M, Operation.cnd_timedwait, CALLER,
                [&] { return REAL(cnd_timedwait)(C, M, Until); });
}

namespace {

/// Of a thread that may be joined; 0: it has ended; or Unknown. glibc keeps it
/// behind the thread's handle, where the kernel deletes it; the calling
/// thread's shows whether it is still there.
constexpr uint32_t Unknown = UINT32_MAX;
uint32_t numberOf(pthread_t Id, const Thread &Mine) noexcept {
  constexpr uint64_t NumberAt = 720;
  uint32_t Number[2] = {};
  for (const auto &[To, Of] :
       {std::pair{&Number[0], pthread_self()}, std::pair{&Number[1], Id}})
    sys::copyMemory(To, Of + NumberAt, sizeof Number[0]);
  return Number[0] == Mine.Tid.load(std::memory_order_relaxed) ? Number[1]
                                                               : Unknown;
}

/// The thread is what is waited for, by its number: handles are used again.
template <class Join>
[[gnu::always_inline]] inline int
joinThread(pthread_t Id, const char *Operation, const void *Published,
           const void *Site, Join JoinIt) {
  Thread *T = currentThread();
  const uint32_t Number = T ? numberOf(Id, *T) : Unknown;
  SleepScope Scope(Operation,
                   reinterpret_cast<void *>(Number != Unknown ? Number : Id),
                   Site, Published);
  if (T && Published)
    Watchdog::waitBegins(Clock::now());
  const int Rc = JoinIt();
  if (Number == 0)
    Scope.atOnce();
  else if (Rc == 0 && Number != Unknown)
    Scope.forEndOf(Number);
  return Rc;
}

} // namespace

INTERPOSE int pthread_join(pthread_t Id, void **Result) {
  return joinThread(Id, Operation.pthread_join, reinterpret_cast<void *>(Id),
                    CALLER, [&] { return REAL(pthread_join)(Id, Result); });
}

INTERPOSE int pthread_timedjoin_np(pthread_t Id, void **Result,
                                   const timespec *Until) {
  return joinThread(Id, Operation.pthread_timedjoin_np, nullptr, CALLER, [&] {
    return REAL(pthread_timedjoin_np)(Id, Result, Until);
  });
}

INTERPOSE int pthread_clockjoin_np(pthread_t Id, void **Result, clockid_t Clock,
                                   const timespec *Until) {
  auto *F = REAL(pthread_clockjoin_np);
  if (!F) // glibc 2.31
    return ENOSYS;
  return joinThread(Id, Operation.pthread_clockjoin_np, nullptr, CALLER,
                    [&] { return F(Id, Result, Clock, Until); });
}

namespace {

/// io_uring_enter that waits: where a loop may wait for events.
template <class Enter>
[[gnu::always_inline]] inline long waitForCompletions(const void *Site,
                                                      Enter EnterIt) {
  Thread *T = currentThread();
  if (!T || !TheOptions.Loops || T->Call.load(std::memory_order_relaxed))
    return EnterIt();
  WaitScope Scope(*T, "liburing/io_uring_enter", Site);
  return EnterIt();
}

bool wakesThose(int Futex) {
  Futex &= FUTEX_CMD_MASK;
  return Futex == FUTEX_WAKE || Futex == FUTEX_WAKE_BITSET;
}

template <class Call>
[[gnu::always_inline]] inline long futex(const void *Word, int What,
                                         const void *Site, Call CallIt) {
  if (waits(What)) {
    SleepScope Scope(Operation.syscall, Word, Site);
    const long Rc = CallIt();
    if (Rc < 0 && errno == EAGAIN) // the word had changed before
      Scope.atOnce();
    Scope.endedByAny(Rc == 0 && (What & FUTEX_PRIVATE_FLAG) == 0);
    return Rc;
  }
  const long Rc = CallIt();
  if (Rc > 0 && wakesThose(What))
    wokeOthers(Word, Operation.syscall, Site);
  return Rc;
}

/// System calls that may block, of those that libraries make by libc's
/// syscall because older libcs have no function for them, and some more. Kinds:
/// of their first two arguments.
struct MayBlock {
  long Number;
  const char *Kinds;
};
constexpr MayBlock BlockingCalls[] = {
    {SYS_statx, "Dp"},     {SYS_openat, "Dp"},
    {SYS_renameat2, "Dp"}, {SYS_read, "d"},
    {SYS_write, "d"},      {SYS_readv, "d"},
    {SYS_writev, "d"},     {SYS_pread64, "d"},
    {SYS_pwrite64, "d"},   {SYS_preadv, "d"},
    {SYS_pwritev, "d"},    {SYS_preadv2, "d"},
    {SYS_pwritev2, "d"},   {SYS_getdents64, "d"},
    {SYS_sendfile, "dd"},  {SYS_copy_file_range, "d"},
    {SYS_fsync, "d"},      {SYS_fdatasync, "d"},
    {SYS_flock, "d"},      {SYS_accept4, "d"},
    {SYS_recvfrom, "d"},   {SYS_recvmsg, "d"},
    {SYS_sendto, "d"},     {SYS_sendmsg, "d"},
    {SYS_wait4, "P"},      {SYS_nanosleep, "T"},
    {SYS_waitid, nullptr}, {SYS_getrandom, nullptr}};

const MayBlock *findBlocking(long Number) noexcept {
  for (const MayBlock &M : BlockingCalls)
    if (M.Number == Number)
      return &M;
  return nullptr;
}

} // namespace

// A variadic function of integers: all six arguments are passed on as they
// came.
extern "C" __attribute__((visibility("default"))) long
gridlock_syscall(long Number, long A, long B, long C, long D, long E,
                 long F) asm("syscall");
long gridlock_syscall(long Number, long A, long B, long C, long D, long E,
                      long G) {
  auto *F = REAL(syscall);
  if (Number == SYS_io_uring_enter && C > 0 && (D & 1 /*get events*/) != 0)
    return waitForCompletions(CALLER,
                              [&] { return F(Number, A, B, C, D, E, G); });
  const char *Kinds = nullptr;
  if (Number != SYS_futex) {
    const MayBlock *M = findBlocking(Number);
    if (!M)
      return F(Number, A, B, C, D, E, G);
    Kinds = M->Kinds;
  } else {
    return futex(reinterpret_cast<void *>(A), static_cast<int>(B), CALLER,
                 [&] { return F(Number, A, B, C, D, E, G); });
  }
  CallScope Scope(Operation.syscall, nullptr, CALLER, Kinds,
                  static_cast<uint64_t>(A), static_cast<uint64_t>(B));
  return F(Number, A, B, C, D, E, G);
}

INTERPOSE int pthread_create(pthread_t *Id, const pthread_attr_t *Attributes,
                             void *(*Run)(void *), void *Argument) noexcept {
  int Rc = REAL(pthread_create)(Id, Attributes, Run, Argument);
  if (Rc == 0 && Ready.load(std::memory_order_relaxed))
    Watchdog::start();
  return Rc;
}

INTERPOSE __attribute__((noreturn)) void pthread_exit(void *Result) {
  const Thread *T = Self;
  if (Ready.load(std::memory_order_relaxed) &&
      MainThread == (T ? T->Tid.load(std::memory_order_relaxed)
                       : static_cast<uint32_t>(sys::threadId())))
    Watchdog::mainEnds();
  REAL(pthread_exit)(Result);
  __builtin_unreachable();
}

// Afterwards stacks with the library's functions have no names.
INTERPOSE int dlclose(void *Library) noexcept {
  if (Ready.load(std::memory_order_relaxed))
    writeSnapshot(Occasion::Regular);
  return REAL(dlclose)(Library);
}

// Afterwards /proc may be out of reach.
INTERPOSE int chroot(const char *Path) noexcept {
  if (Ready.load(std::memory_order_relaxed))
    writeMaps();
  return REAL(chroot)(Path);
}

INTERPOSE __attribute__((noreturn)) void _exit(int Status) {
  finishMonitor();
  REAL(_exit)(Status);
  __builtin_unreachable();
}

INTERPOSE __attribute__((noreturn)) void _Exit(int Status) noexcept {
  finishMonitor();
  REAL(_Exit)(Status);
  __builtin_unreachable();
}

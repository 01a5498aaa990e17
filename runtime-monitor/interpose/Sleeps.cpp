// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Semaphores, barriers, and what wakes those that wait for a condition
// variable. What need not wait, and what wakes nobody, costs a look at the
// object's own count of waiters: a part of glibc's ABI, for processes share
// these objects.
#include "runtime-monitor/locks/Sleeps.h"
#include "runtime-monitor/interpose/Interpose.h"

#include <ctime>
#include <semaphore.h>

using namespace gridlock::monitor;

namespace {

constexpr uint32_t SharedByProcesses = 128; // glibc's

/// glibc's: a semaphore's value, waiters and whether processes share it; a
/// barrier's round, its number, count and the same.
const uint32_t *wordsOf(const void *Object) noexcept {
  return static_cast<const uint32_t *>(Object);
}

/// Taken without waiting; errno stays. Cancellation has come before, as in the
/// real function.
bool takesAtOnce(sem_t *S) {
  const int Errno = errno;
  pthread_testcancel();
  if (sem_trywait(S) == 0)
    return true;
  errno = Errno;
  return false;
}

/// The real function would not complain.
bool isTime(const timespec *T) {
  return T && T->tv_nsec >= 0 && T->tv_nsec < 1000000000;
}

/// MayTry: the real function would not refuse its arguments.
template <class Wait>
[[gnu::always_inline]] inline int waitFor(sem_t *S, bool MayTry,
                                          const char *Operation,
                                          const void *Site, Wait WaitIt) {
  if (!currentThread())
    return WaitIt();
  if (MayTry && takesAtOnce(S))
    return 0;
  SleepScope Scope(Operation, S, Site);
  const int Rc = WaitIt();
  Scope.endedByAny(Rc == 0 && (wordsOf(S)[2] & SharedByProcesses) != 0);
  return Rc;
}

bool waitsForSemaphore(const sem_t *S) noexcept {
  return __atomic_load_n(wordsOf(S) + 1, __ATOMIC_RELAXED) != 0;
}

bool waitsForCondition(const pthread_cond_t *C) noexcept {
  return __atomic_load_n(&C->__data.__wrefs, __ATOMIC_RELAXED) >> 3 != 0;
}

template <auto Name, class T>
[[gnu::noinline]] int wakeAndTell(T *Object, int (*Wake)(T *), const void *Site,
                                  const void *Above) {
  const int Rc = Wake(Object);
  tellWoken(Object, Operation.*Name, Site, Above);
  return Rc;
}

/// Wakes those that Waited says are there. Name: of CoreOperations.
template <auto Name, class T>
[[gnu::always_inline]] inline int wakes(bool Waited, T *Object,
                                        int (*Wake)(T *), const void *Site) {
  if (__builtin_expect(!Waited, 1))
    return Wake(Object);
  return wakeAndTell<Name>(Object, Wake, Site, __builtin_dwarf_cfa());
}

const pthread_cond_t *inner(const cnd_t *C) { // glibc's cnd_t is one
  return reinterpret_cast<const pthread_cond_t *>(C);
}

} // namespace

INTERPOSE int sem_wait(sem_t *S) {
  return waitFor(S, true, Operation.sem_wait, CALLER,
                 [&] { return REAL(sem_wait)(S); });
}

INTERPOSE int sem_timedwait(sem_t *S, const timespec *Until) {
  return waitFor(S, isTime(Until), Operation.sem_timedwait, CALLER,
                 [&] { return REAL(sem_timedwait)(S, Until); });
}

INTERPOSE int sem_clockwait(sem_t *S, clockid_t Clock, const timespec *Until) {
  auto *F = REAL(sem_clockwait);
  if (!F) { // glibc 2.30
    errno = ENOSYS;
    return -1;
  }
  const bool IsClock = Clock == CLOCK_MONOTONIC || Clock == CLOCK_REALTIME;
  return waitFor(S, IsClock && isTime(Until), Operation.sem_clockwait, CALLER,
                 [&] { return F(S, Clock, Until); });
}

#define WAKES(NAME, WAITED, OBJECT)                                            \
  return wakes<&CoreOperations::NAME>(WAITED, OBJECT, REAL(NAME), CALLER)

INTERPOSE int sem_post(sem_t *S) noexcept {
  WAKES(sem_post, waitsForSemaphore(S), S);
}
INTERPOSE int pthread_cond_signal(pthread_cond_t *C) noexcept {
  WAKES(pthread_cond_signal, waitsForCondition(C), C);
}
INTERPOSE int pthread_cond_broadcast(pthread_cond_t *C) noexcept {
  WAKES(pthread_cond_broadcast, waitsForCondition(C), C);
}
INTERPOSE int cnd_signal(cnd_t *C) {
  WAKES(cnd_signal, waitsForCondition(inner(C)), C);
}
INTERPOSE int cnd_broadcast(cnd_t *C) {
  WAKES(cnd_broadcast, waitsForCondition(inner(C)), C);
}

// Who completes a round is told so by glibc's result, and has not waited.
INTERPOSE int pthread_barrier_wait(pthread_barrier_t *B) noexcept {
  int Rc;
  {
    SleepScope Scope(Operation.pthread_barrier_wait, B, CALLER);
    Rc = REAL(pthread_barrier_wait)(B);
    if (Rc == PTHREAD_BARRIER_SERIAL_THREAD)
      Scope.atOnce();
    Scope.endedByAny(Rc == 0 && (wordsOf(B)[3] & SharedByProcesses) != 0);
  }
  if (Rc == PTHREAD_BARRIER_SERIAL_THREAD)
    wokeOthers(B, Operation.pthread_barrier_wait, CALLER);
  return Rc;
}

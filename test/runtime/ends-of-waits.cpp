// Waits for the end of a thread have their row, with the thread that ended; what another process
// ended is said to be that, with the place if it is watched. A join of a thread that has ended
// already, and a shared object's wait that timed out, are no such thing.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json "findings == []" \
// RUN:   "sorted((w['operation'], w['waiters'][0]['function'], w.get('ended_thread', 0) > 0, w['another_process'], \
// RUN:      [(k['function'], k.get('pid', w['pid']) != w['pid']) for k in w['wakers']]) for w in waits if w['pid'] == min(w['pid'] for w in waits)) == [ \
// RUN:      ('pthread/pthread_cond_wait', 'condition_bad', False, False, [('signals_elsewhere', True)]), \
// RUN:      ('pthread/pthread_timedjoin_np', 'joinsTimed_bad', True, False, []), \
// RUN:      ('pthread/sem_timedwait', 'late_ok', False, False, []), \
// RUN:      ('pthread/sem_wait', 'sem_bad', False, False, [('posts_elsewhere', True)]), \
// RUN:      ('pthread/sem_wait', 'unwatched_bad', False, True, []), \
// RUN:      ('std-sync/std::thread::join', 'joins_bad', True, False, [])]" \
// RUN:   "all(20 * ms <= w['max_ns'] < 10000 * ms for w in waits if '_bad' in w['waiters'][0]['function'])" \
// RUN:   "'joinsEnded_ok' not in str(waits)" || exit 1; done
// RUN: %gridlock report %t.preloaded.records | %FileCheck %s
// CHECK-DAG: ended by process {{[0-9]+}}: posts_elsewhere at
// CHECK-DAG: ended by: another process
// CHECK-DAG: ended by: the end of thread
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <new>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#define APART [[gnu::noinline]]

struct Common {
  sem_t Sem, Never, Other;
  pthread_mutex_t Mutex;
  pthread_cond_t Condition;
  bool Told;
};
static Common *Shared;

APART void joins_bad() {
  std::thread Long([] { usleep(60000); });
  Long.join();
}
static void *naps(void *) {
  usleep(60000);
  return nullptr;
}
APART void joinsTimed_bad() {
  pthread_t Thread;
  timespec Until;
  clock_gettime(CLOCK_REALTIME, &Until);
  Until.tv_sec += 30;
  if (pthread_create(&Thread, nullptr, naps, nullptr) != 0 || pthread_timedjoin_np(Thread, nullptr, &Until) != 0)
    std::abort();
}
APART void joinsEnded_ok() {
  std::thread Short([] { usleep(1); });
  usleep(50000);
  Short.join();
}
APART void sem_bad() { sem_wait(&Shared->Sem); asm(""); }
APART void unwatched_bad() { sem_wait(&Shared->Other); asm(""); }
APART void late_ok() {
  timespec Until;
  clock_gettime(CLOCK_REALTIME, &Until);
  Until.tv_nsec += 30000000;
  Until.tv_sec += Until.tv_nsec / 1000000000;
  Until.tv_nsec %= 1000000000;
  if (sem_timedwait(&Shared->Never, &Until) == 0 || errno != ETIMEDOUT)
    std::abort();
}
APART void condition_bad() {
  pthread_mutex_lock(&Shared->Mutex);
  while (!Shared->Told)
    pthread_cond_wait(&Shared->Condition, &Shared->Mutex);
  pthread_mutex_unlock(&Shared->Mutex);
}
APART void posts_elsewhere() { sem_post(&Shared->Sem); asm(""); }
APART void signals_elsewhere() {
  pthread_mutex_lock(&Shared->Mutex);
  Shared->Told = true;
  pthread_cond_signal(&Shared->Condition);
  pthread_mutex_unlock(&Shared->Mutex);
}

int main() {
  void *Memory = mmap(nullptr, sizeof(Common), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Shared = new (Memory) Common();
  for (sem_t *S : {&Shared->Sem, &Shared->Never, &Shared->Other})
    sem_init(S, 1, 0);
  pthread_mutexattr_t M;
  pthread_mutexattr_init(&M);
  pthread_mutexattr_setpshared(&M, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&Shared->Mutex, &M);
  pthread_condattr_t C;
  pthread_condattr_init(&C);
  pthread_condattr_setpshared(&C, PTHREAD_PROCESS_SHARED);
  pthread_cond_init(&Shared->Condition, &C);
  joins_bad();
  joinsTimed_bad();
  joinsEnded_ok();
  late_ok();
  const pid_t Child = fork();
  if (Child == 0) {
    usleep(100000);
    posts_elsewhere();
    usleep(100000);
    signals_elsewhere();
    usleep(100000);
    // As one that isn't watched would: glibc's sem_post, by hand.
    __atomic_fetch_add(reinterpret_cast<int *>(&Shared->Other), 1, __ATOMIC_SEQ_CST);
    long Woken;
    asm volatile("syscall" : "=a"(Woken) : "0"(long{SYS_futex}), "D"(&Shared->Other), "S"(1L), "d"(1L) : "rcx", "r11", "memory");
    _exit(Woken == 1 ? 0 : 1);
  }
  sem_bad();
  condition_bad();
  unwatched_bad();
  int Status = 0;
  return waitpid(Child, &Status, 0) == Child && Status == 0 ? 0 : 1;
}

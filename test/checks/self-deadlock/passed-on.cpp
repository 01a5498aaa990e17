// Results of tries that helpers pass on: as they are, by a local, made a truth value.
// RUN: %check_all self-deadlock %s --
#include <pthread.h>

class Gate {
  pthread_mutex_t Lock = PTHREAD_MUTEX_INITIALIZER;

public:
  bool enter() { return pthread_mutex_trylock(&Lock) == 0; }
  bool isBusy() { return pthread_mutex_trylock(&Lock) != 0; }
  bool enterToo() { return !pthread_mutex_trylock(&Lock); }
  bool enterKept() {
    bool Taken = pthread_mutex_trylock(&Lock) == 0;
    return Taken;
  }
  bool passOn() { return enter(); }
  int error() {
    int Result = pthread_mutex_trylock(&Lock);
    return Result;
  }
  int errorToo() { return error(); }
  // Of something else, too.
  bool enterIf(bool Now) { return Now && pthread_mutex_trylock(&Lock) == 0; }
  void leave() { pthread_mutex_unlock(&Lock); }
  void use() {
    pthread_mutex_lock(&Lock);
    pthread_mutex_unlock(&Lock);
  }

  void enter_bad() {
    if (enter()) {
      use(); // CHECK: passed-on.cpp:[[@LINE]]:7: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
      leave();
    }
  }
  void enter_ok() {
    if (!enter())
      use();
    else
      leave();
  }
  void busy_bad() {
    if (isBusy())
      return;
    use(); // CHECK: passed-on.cpp:[[@LINE]]:5: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
    leave();
  }
  void busy_ok() {
    if (isBusy())
      use();
    else
      leave();
  }
  void negated_bad() {
    if (enterToo()) {
      use(); // CHECK: passed-on.cpp:[[@LINE]]:7: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
      leave();
    }
  }
  void negated_ok() {
    if (enterToo())
      leave();
    else
      use();
  }
  void kept_bad() {
    if (enterKept()) {
      use(); // CHECK: passed-on.cpp:[[@LINE]]:7: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
      leave();
    }
  }
  void kept_ok() {
    if (enterKept())
      leave();
    else
      use();
  }
  void passedOn_bad() {
    bool Taken = passOn();
    if (!Taken)
      return;
    use(); // CHECK: passed-on.cpp:[[@LINE]]:5: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
    leave();
  }
  void passedOn_ok() {
    bool Taken = passOn();
    if (!Taken)
      use();
    else
      leave();
  }
  void error_bad() {
    if (errorToo() == 0) {
      use(); // CHECK: passed-on.cpp:[[@LINE]]:7: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
      leave();
    }
  }
  void error_ok() {
    if (errorToo() != 0)
      use();
    else
      leave();
  }
  void both_ok(bool Now) {
    if (enterIf(Now))
      leave();
    else
      use();
  }
};

// Through a pointer.
struct Queue {
  pthread_mutex_t Lock;
  int Size;
};
static bool tryFailed(Queue *Q) { return pthread_mutex_trylock(&Q->Lock) != 0; }
static void useQueue(Queue *Q) {
  pthread_mutex_lock(&Q->Lock);
  ++Q->Size;
  pthread_mutex_unlock(&Q->Lock);
}
void pointer_bad(Queue *Q) {
  if (tryFailed(Q))
    return;
  useQueue(Q); // CHECK: passed-on.cpp:[[@LINE]]:3: warning: lock 'Queue::Lock' is taken in 'useQueue' while the same thread holds it already
  pthread_mutex_unlock(&Q->Lock);
}
void pointer_ok(Queue *Q) {
  if (tryFailed(Q))
    useQueue(Q);
  else
    pthread_mutex_unlock(&Q->Lock);
}

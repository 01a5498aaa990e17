// A try that a class of the program's own makes a truth value of.
// RUN: %check_all lock-leak %s
#include <pthread.h>

class Mutex {
public:
  void enter() { pthread_mutex_lock(&Raw); }
  bool tryEnter() { return pthread_mutex_trylock(&Raw) == 0; }
  bool tryNot() { return !pthread_mutex_trylock(&Raw); }
  void leave() { pthread_mutex_unlock(&Raw); }
private:
  pthread_mutex_t Raw = PTHREAD_MUTEX_INITIALIZER;
};
class Table {
  Mutex Lock;
  int Size = 0;
public:
  bool early_bad(int X) {
    // CHECK: tries.cpp:[[@LINE+1]]:15: warning: lock 'Table::Lock.Raw' stays locked when 'Table::early_bad' returns early
    if (!Lock.tryEnter())
      return false;
    if (X < 0)
      return false;
    Size = X;
    Lock.leave();
    return true;
  }
  bool paired_ok(int X) {
    if (!Lock.tryEnter())
      return false;
    Size = X;
    Lock.leave();
    return true;
  }
  void not_ok(int X) {
    if (Lock.tryNot()) {
      Size = X;
      Lock.leave();
    }
  }
};
int main() {
  Table T;
  T.early_bad(1);
  T.paired_ok(2);
  T.not_ok(3);
}

// Guards the other way round, which give a lock back and take it again at their
// end, and guards that are assigned, swapped and adopted.
// RUN: %check_all gridlock-self-deadlock,gridlock-unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace boost {
struct mutex {
  void lock();
  void unlock();
};
template <typename M> struct unique_lock {
  explicit unique_lock(M &);
  ~unique_lock();
  void lock();
  void unlock();
};
template <typename L> struct reverse_lock {
  explicit reverse_lock(L &);
  ~reverse_lock();
};
} // namespace boost
using Guard = boost::unique_lock<boost::mutex>;

class Queue {
  boost::mutex Lock;
  int Size = 0;

public:
  void add() {
    Guard Hold(Lock);
    ++Size;
  }
  void drain_ok() {
    Guard Hold(Lock);
    ++Size;
    {
      boost::reverse_lock<Guard> Lent(Hold);
      add();
    }
    ++Size;
  }
  void drain_bad() {
    Guard Hold(Lock);
    { boost::reverse_lock<Guard> Lent(Hold); }
    add(); // CHECK-DAG: lent.cpp:[[@LINE]]:5: warning: lock 'Queue::Lock' is taken in 'Queue::add' while the same thread holds it already
  }
  void use_bad() {
    Guard Hold(Lock);
    boost::reverse_lock<Guard> Lent(Hold);
    ++Size; // CHECK-DAG: lent.cpp:[[@LINE]]:7: warning: 'Queue::Size' is {{.*}} in 'Queue::use_bad' without 'Queue::Lock'
  }
};

// A class of the program's own does the same, with a lock or with a guard.
template <typename L> class Lend {
  L &Of;

public:
  explicit Lend(L &Lock) : Of(Lock) { Of.unlock(); }
  ~Lend() { Of.lock(); }
};

class Table {
  std::mutex Lock, Other;
  int Size = 0;

public:
  void add() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Size;
  }
  void addOther() { std::lock_guard<std::mutex> Hold(Other); }

  void lock_ok() {
    Lock.lock();
    {
      Lend<std::mutex> Lent(Lock);
      add();
    }
    Lock.unlock();
  }
  void lock_bad() {
    Lock.lock();
    { Lend<std::mutex> Lent(Lock); }
    add(); // CHECK-DAG: lent.cpp:[[@LINE]]:5: warning: lock 'Table::Lock' is taken in 'Table::add' while
    Lock.unlock();
  }
  void guard_ok() {
    std::unique_lock<std::mutex> Hold(Lock);
    {
      Lend<std::unique_lock<std::mutex>> Lent(Hold);
      add();
    }
    ++Size;
  }
  void guard_bad() {
    std::unique_lock<std::mutex> Hold(Lock);
    { Lend<std::unique_lock<std::mutex>> Lent(Hold); }
    add(); // CHECK-DAG: lent.cpp:[[@LINE]]:5: warning: lock 'Table::Lock' is taken in 'Table::add' while
  }

  void assigned_ok() {
    std::unique_lock<std::mutex> Hold(Lock);
    Hold = std::unique_lock<std::mutex>(Other);
    add();
  }
  void assigned_bad() {
    std::unique_lock<std::mutex> Hold(Lock, std::defer_lock);
    Hold = std::unique_lock<std::mutex>(Other);
    addOther(); // CHECK-DAG: lent.cpp:[[@LINE]]:5: warning: lock 'Table::Other' is taken in 'Table::addOther' while
  }
  void given_ok() {
    std::unique_lock<std::mutex> Hold(Lock);
    Hold = std::unique_lock<std::mutex>();
    add();
  }
  void swapped_ok() {
    std::unique_lock<std::mutex> Hold(Lock), None(Other, std::defer_lock);
    Hold.swap(None);
    None.unlock();
    add();
  }
  void swapped_bad() {
    std::unique_lock<std::mutex> Hold(Lock), None(Other, std::defer_lock);
    Hold.swap(None);
    add(); // CHECK-DAG: lent.cpp:[[@LINE]]:5: warning: lock 'Table::Lock' is taken in 'Table::add' while
  }
};
// CHECK-NOT: _ok

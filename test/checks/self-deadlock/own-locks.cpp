// Classes of the program that are locks or guards: an object with a lock() of
// its own under a standard guard, guards that may be made without a lock, and
// functions of which the result tells whether they hold one.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

template <typename T> struct Lockable {
  void lock() { Inner.lock(); }
  void unlock() { Inner.unlock(); }
  std::mutex Inner;
};
struct Plugin : Lockable<Plugin> {
  int Uses = 0;
  void use() {
    std::lock_guard<Plugin> Hold(*this);
    ++Uses;
  }
  void twice_bad() {
    std::lock_guard<Plugin> Hold(*this);
    // CHECK: own-locks.cpp:[[@LINE+1]]:5: warning: lock 'Lockable::Inner' is taken in 'Lockable<Plugin>::lock' while the same thread holds it already
    use();
  }
  void byHand_bad() {
    lock();
    // CHECK: own-locks.cpp:[[@LINE+1]]:5: warning: lock 'Lockable::Inner' is taken in
    use();
    unlock();
  }
  void other_ok(Plugin &Other) {
    std::lock_guard<Plugin> Hold(*this);
    Other.Uses = 0;
  }
  void after_ok() {
    {
      std::lock_guard<Plugin> Hold(*this);
      ++Uses;
    }
    use();
  }
};

// A lock that counts how often its thread has it.
struct Deep {
  void lock() {
    if (Depth++ == 0)
      Inner.lock();
  }
  void unlock() {
    if (--Depth == 0)
      Inner.unlock();
  }
  std::mutex Inner;
  int Depth = 0;
};
struct Nested {
  Deep Own;
  int Uses = 0;
  void use() {
    std::lock_guard<Deep> Hold(Own);
    ++Uses;
  }
  void twice_ok() {
    std::lock_guard<Deep> Hold(Own);
    use();
  }
};

class Locker {
public:
  explicit Locker(std::mutex *M) : Own(M) {
    if (Own)
      Own->lock();
    Holds = true;
  }
  ~Locker() { unlock(); }
  void unlock() {
    if (Holds && Own) {
      Own->unlock();
      Holds = false;
    }
  }
  void relock() {
    if (!Holds && Own) {
      Own->lock();
      Holds = true;
    }
  }

private:
  std::mutex *Own;
  bool Holds = false;
};
struct Document {
  std::mutex Lock;
  int Lines = 0;
  int lines() {
    Locker Hold(&Lock);
    return Lines;
  }
  void trim_bad() {
    Locker Hold(&Lock);
    // CHECK: own-locks.cpp:[[@LINE+1]]:13: warning: lock 'Document::Lock' is taken in 'Locker::Locker' while
    Lines = lines();
  }
  void trim_ok() {
    Locker Hold(&Lock);
    Hold.unlock();
    lines();
  }
  void again_bad() {
    Locker Hold(&Lock);
    Hold.unlock();
    Hold.relock();
    // CHECK: own-locks.cpp:[[@LINE+1]]:5: warning: lock 'Document::Lock' is taken in 'Locker::Locker' while
    lines();
  }
  void none_ok() {
    Locker Hold(nullptr);
    lines();
  }
  void asked_bad(bool Threads) {
    Locker Hold(Threads ? &Lock : nullptr);
    // CHECK: own-locks.cpp:[[@LINE+1]]:5: warning: lock 'Document::Lock' is taken in 'Locker::Locker' while
    lines();
  }
};

struct Item {
  Item *Next;
  int Key;
};
struct List {
  std::mutex Lock;
  Item *First = nullptr;
  void push(Item *I) {
    std::lock_guard<std::mutex> Hold(Lock);
    I->Next = First;
    First = I;
  }
  // Holds the lock where it has found one.
  Item *find(int Key) {
    Lock.lock();
    for (Item *I = First; I; I = I->Next)
      if (I->Key == Key)
        return I;
    Lock.unlock();
    return nullptr;
  }
  void move_bad() {
    if (Item *I = find(1)) {
      // CHECK: own-locks.cpp:[[@LINE+1]]:7: warning: lock 'List::Lock' is taken in 'List::push' while
      push(I);
      Lock.unlock();
    }
  }
  void move_ok(Item *New) {
    Item *I = find(1);
    if (!I) {
      push(New);
      return;
    }
    Lock.unlock();
    push(I);
  }
  bool begin() {
    bool Got = Lock.try_lock();
    if (!Got)
      ++Misses;
    return Got;
  }
  void tried_bad(Item *I) {
    if (begin()) {
      // CHECK: own-locks.cpp:[[@LINE+1]]:7: warning: lock 'List::Lock' is taken in 'List::push' while
      push(I);
      Lock.unlock();
    }
  }
  void tried_ok(Item *I) {
    if (begin()) {
      Lock.unlock();
      push(I);
    } else {
      push(I);
    }
  }
  int Misses = 0;
};
// CHECK-NOT: warning: {{.*}}'{{[A-Za-z:]+}}_ok'

// What a function's `requires_capability` says is held in it from the start.
// RUN: %check_all gridlock-lock-order,gridlock-self-deadlock,gridlock-blocking-under-lock %s -- -I%S/../Inputs
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
extern "C" unsigned sleep(unsigned);

struct __attribute__((capability("mutex"))) Mutex {
  void lock() __attribute__((acquire_capability()));
  void unlock() __attribute__((release_capability()));
};
struct __attribute__((scoped_lockable)) Guard {
  explicit Guard(Mutex &M) __attribute__((acquire_capability(M)));
  ~Guard() __attribute__((release_capability()));
};

// A class of the program's own around another mutex.
namespace posix {
struct __attribute__((capability("mutex"))) Mutex {
  void lock() __attribute__((acquire_capability())) { Inner.lock(); }
  void unlock() __attribute__((release_capability())) { Inner.unlock(); }
  ::Mutex Inner;
};
} // namespace posix
class Journal {
public:
  void again_bad() REQUIRES(Lines) {
    ++Count;
    append(); // CHECK: required.cpp:[[@LINE]]:5: warning: lock 'Journal::Lines.Inner' is taken in 'posix::Mutex::lock' while the same thread holds it already
  }
  void append() {
    Lines.lock();
    ++Count;
    Lines.unlock();
  }
  void reopen_ok() REQUIRES(Lines) {
    Lines.unlock();
    append();
    Lines.lock();
  }
  void all_ok() {
    Lines.lock();
    reopen_ok();
    Lines.unlock();
  }
  void pointer_bad(posix::Mutex *M) REQUIRES(M) {
    M->lock(); // CHECK: required.cpp:[[@LINE]]:8: warning: lock
    M->unlock();
  }

private:
  posix::Mutex Lines;
  int Count = 0;
};

class Table {
public:
  void rows_bad() REQUIRES(Rows) {
    Guard G(Columns);
    ++Count;
  }
  void columns_bad() {
    Guard G(Columns);
    Guard H(Rows); // CHECK: required.cpp:[[@LINE]]:11: warning: locks 'Table::Columns' and 'Table::Rows' are taken in opposite orders
    // CHECK: required.cpp:[[@LINE-7]]:{{.*}}note: 'Table::rows_bad' is declared to hold 'Table::Rows' here
    ++Count;
  }
  void again_bad() REQUIRES(Rows) {
    Guard G(Rows); // CHECK: required.cpp:[[@LINE]]:11: warning: lock 'Table::Rows' is taken in 'Table::again_bad' while the same thread holds it already
    ++Count;
  }
  void wait_bad() REQUIRES(Rows) {
    sleep(1); // CHECK: required.cpp:[[@LINE]]:5: warning: 'sleep' blocks while 'Table::Rows' is held in 'Table::wait_bad'
  }
  void count_ok() REQUIRES(Rows) { ++Count; }
  void release_ok() REQUIRES(Rows) {
    Rows.unlock();
    sleep(1);
    Rows.lock();
  }

private:
  Mutex Rows, Columns;
  int Count = 0;
};

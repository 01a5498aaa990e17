// Members that a lock guards elsewhere.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Account {
  std::mutex Lock;
  int Balance = 0;
  int Visits = 0;
  const int Limit = 10;

  Account() { Balance = 1; }
  ~Account() { Balance = 0; }
  void init_ok() { Balance = 2; }
  void deposit_ok(int N);
  void withdraw_ok(int N);
  void pay_ok(int N);
  int report_bad();
  void visit_bad();
  int limit_ok() { return Limit; }
  void take_from_ok(Account &Other);
  int sum_locked_ok() { return Balance + Visits; }

private:
  void add() { Visits++; }
};

void Account::deposit_ok(int N) {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK-DAG: members.cpp:[[@LINE+1]]:3: note: it is written in 'Account::deposit_ok' with 'Account::Lock' held
  Balance += N;
  add();
}

void Account::withdraw_ok(int N) {
  Lock.lock();
  Balance -= N;
  add();
  Lock.unlock();
}

void Account::pay_ok(int N) {
  std::unique_lock<std::mutex> Hold(Lock);
  Balance -= N;
  add();
}

int Account::report_bad() {
  // CHECK-DAG: members.cpp:[[@LINE+1]]:10: warning: 'Account::Balance' is read in 'Account::report_bad' without 'Account::Lock', which 4 of the 5 functions that use it hold: another thread may change it at the same time; instead: take the lock here
  return Balance;
}

// The helper is called with the lock held by all others.
void Account::visit_bad() {
  // CHECK-DAG: members.cpp:[[@LINE+1]]:3: warning: 'Account::Visits' is written in 'Account::visit_bad', by 'Account::add', without 'Account::Lock', which 3 of the 4 functions that use it hold
  add();
}

void Account::take_from_ok(Account &Other) {
  std::scoped_lock<std::mutex, std::mutex> Hold(Lock, Other.Lock);
  Balance += Other.Balance;
  Other.Balance = 0;
}

// An object that nobody else knows.
int fresh_ok() {
  Account Mine;
  Mine.Balance = 3;
  Account *Next = new Account;
  Next->Balance = 4;
  return Mine.Balance + Next->Balance;
}

// No thread of its own, no lock: nothing is known to guard it.
struct Plain {
  int Value;
  void set_ok(int N) { Value = N; }
  int get_ok() { return Value; }
};

// Written under the lock by one thread, and read by that thread only.
struct Worker {
  std::mutex Lock;
  int Done = 0;
  int Failed = 0;
  void run_ok();
  void step_ok();
  void stop_bad();
  int failed_ok();
};

void Worker::step_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  ++Done;
  ++Failed;
}

void Worker::run_ok() {
  while (Done < 10)
    step_ok();
}

int Worker::failed_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  return Failed;
}

void Worker::stop_bad() {
  // CHECK-DAG: members.cpp:[[@LINE+1]]:3: warning: 'Worker::Failed' is written in 'Worker::stop_bad' without 'Worker::Lock'
  Failed = 0;
}

void start_ok(Worker &W) {
  std::thread T([&W] { W.run_ok(); });
  T.join();
}

// A write while readers may read.
struct Table {
  std::shared_mutex Lock;
  int Rows = 0;
  int rows_ok() {
    std::shared_lock<std::shared_mutex> Hold(Lock);
    return Rows;
  }
  void insert_ok() {
    std::lock_guard<std::shared_mutex> Hold(Lock);
    ++Rows;
  }
  void touch_bad() {
    std::shared_lock<std::shared_mutex> Hold(Lock);
    // CHECK-DAG: members.cpp:[[@LINE+1]]:7: warning: 'Table::Rows' is written in 'Table::touch_bad' while 'Table::Lock' is held in shared mode only: another thread may use it at the same time; instead: take the lock here for writing
    ++Rows;
  }
};

// By attribute: one guarded use is enough.
struct __attribute__((capability("mutex"))) Mutex {
  std::mutex Inner;
  void lock() __attribute__((acquire_capability())) { Inner.lock(); }
  void unlock() __attribute__((release_capability())) { Inner.unlock(); }
};
struct Declared {
  Mutex Lock;
  int Value __attribute__((guarded_by(Lock))) = 0;
  void set_ok() {
    Lock.lock();
    Value = 1;
    Lock.unlock();
  }
  int get_ok() __attribute__((requires_capability(Lock))) { return Value; }
  void clear_bad() {
    // CHECK-DAG: members.cpp:[[@LINE+1]]:5: warning: 'Declared::Value' is written in 'Declared::clear_bad' without 'Declared::Lock.Inner', which is declared to guard it
    Value = 0;
  }
};
void read_bad(Declared &D) {
  // CHECK-DAG: members.cpp:[[@LINE+1]]:5: warning: 'Declared::Value' is read in 'read_bad', by 'Declared::get_ok', without 'Declared::Lock.Inner', which is declared to guard it
  D.get_ok();
}
void use_ok(Table &T, Declared &D) {
  T.rows_ok();
  T.insert_ok();
  T.touch_bad();
  D.set_ok();
  D.clear_bad();
}

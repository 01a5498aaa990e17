// Objects of one function that a thread gets to know: what pointers lead to,
// what another object keeps a reference to, and members of a local.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

template <typename> struct Counter {
  std::mutex Lock;
  int Value = 0;
  void run_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Value;
  }
  void set_ok(int To) {
    std::lock_guard<std::mutex> Hold(Lock);
    Value = To;
  }
  int twice_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Value * 2;
  }
};

// Given to the thread by a copy of the pointer.
using OfPointer = Counter<struct PointerTag>;
void pointer_bad() {
  auto *C = new OfPointer;
  C->Value = 1; // nobody else knows it yet
  std::thread T([C] { C->run_ok(); });
  C->set_ok(C->twice_ok());
  // CHECK-DAG: known-elsewhere.cpp:[[@LINE+1]]:6: warning: 'Counter::Value' is written in 'pointer_bad' without 'Counter::Lock'
  C->Value = 2;
  T.join();
  C->Value = 3; // nobody else runs any more
  delete C;
}

struct OwnCounter {
  std::mutex Lock;
  int Own = 0;
  void run_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Own;
  }
  void set_ok(int To) {
    std::lock_guard<std::mutex> Hold(Lock);
    Own = To;
  }
  int twice_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Own * 2;
  }
};
void pointer_ok() {
  auto *C = new OwnCounter;
  C->Own = 1;
  C->set_ok(C->twice_ok());
  std::thread T([C] { C->run_ok(); });
  T.join();
  C->Own = 3;
  delete C;
}

// A member of a local.
struct Shared {
  std::mutex Lock;
  int Done = 0;
  void run_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Done;
  }
  void set_ok(int To) {
    std::lock_guard<std::mutex> Hold(Lock);
    Done = To;
  }
  int twice_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Done * 2;
  }
};
void local_bad() {
  Shared S;
  S.Done = 1;
  std::thread T(&Shared::run_ok, &S);
  S.set_ok(S.twice_ok());
  // CHECK-DAG: known-elsewhere.cpp:[[@LINE+1]]:3: warning: 'Shared::Done' is written in 'local_bad' without 'Shared::Lock'
  S.Done = 2;
  T.join();
  S.Done = 3;
}

// Kept by what a thread knows.
template <typename> struct Queue {
  std::mutex Lock;
  int Size = 0;
  void put_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Size;
  }
  void take_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Size;
  }
  int size_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Size;
  }
};
struct Kept : Queue<struct KeptTag> {
  // CHECK-DAG: known-elsewhere.cpp:[[@LINE+1]]:30: warning: 'Queue::Size' is read in 'Kept::backlog_bad' without 'Queue::Lock'
  int backlog_bad() { return Size; }
};
struct Alone {
  std::mutex Lock;
  int Rows = 0;
  void put_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Rows;
  }
  void take_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Rows;
  }
  int backlog_ok() { return Rows; }
};
struct Link {
  explicit Link(Kept &Q) : Of(Q) {}
  Kept &Of;
};
struct Worker : Link {
  explicit Worker(Kept &Q) : Link(Q) {}
  ~Worker() { Thread.join(); }
  void start() { Thread = std::thread(&Worker::run, this); }
  void run() { Of.take_ok(); }
  std::thread Thread;
};
struct User {
  explicit User(Alone &A) : Of(&A) {}
  void use() { Of->put_ok(); }
  Alone *Of;
};
struct Host {
  Kept Jobs;
};
void kept() {
  Host H;
  Worker W(H.Jobs);
  W.start();
  H.Jobs.put_ok();
  H.Jobs.size_ok();
  H.Jobs.backlog_bad();
}
void kept_ok() {
  Alone A;
  User U(A);
  U.use();
  A.take_ok();
  A.backlog_ok();
}

int main() {
  pointer_bad();
  pointer_ok();
  local_bad();
  kept();
  kept_ok();
}
// CHECK-NOT: {{(pointer|kept|backlog)_ok}}
// CHECK-NOT: OwnCounter

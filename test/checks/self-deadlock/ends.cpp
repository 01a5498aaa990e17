// Ends of objects that wait for a thread which takes the lock.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"
#include "mock/threads.h"

std::mutex Table;
int Rows;
int load() {
  std::lock_guard<std::mutex> Hold(Table);
  return Rows;
}

void local_bad() {
  std::lock_guard<std::mutex> Hold(Table);
  std::jthread Helper([] { load(); });
  ++Rows;
  // CHECK-DAG: ends.cpp:[[@LINE+1]]:1: warning: lock 'Table' is held in 'local_bad' while it waits for the end of a thread that takes it in 'load'
}

void local_ok() {
  std::jthread Helper([] { load(); });
  std::lock_guard<std::mutex> Hold(Table);
  ++Rows;
}

void unlocked_ok() {
  std::unique_lock<std::mutex> Hold(Table);
  std::jthread Helper([] { load(); });
  ++Rows;
  Hold.unlock();
}

void async_bad() {
  std::lock_guard<std::mutex> Hold(Table);
  std::future<int> Loaded = std::async(std::launch::async, load);
  ++Rows;
  // CHECK-DAG: ends.cpp:[[@LINE+1]]:1: warning: lock 'Table' is held in 'async_bad' while it waits for the end of a thread that takes it in 'load'
}

void temporary_bad() {
  std::lock_guard<std::mutex> Hold(Table);
  // CHECK-DAG: ends.cpp:[[@LINE+1]]:38: warning: lock 'Table' is held in 'temporary_bad' while it waits for the end of a thread that takes it in 'load'
  std::async(std::launch::async, load);
}

void async_ok() {
  std::future<int> Loaded = std::async(std::launch::async, load);
  std::lock_guard<std::mutex> Hold(Table);
  ++Rows;
}

// The future of a promise waits for nothing at its end.
void promised_ok(std::promise<int> &Later) {
  std::lock_guard<std::mutex> Hold(Table);
  std::future<int> Result = Later.get_future();
  ++Rows;
}

// Handed on before the end.
void keep(std::jthread &&);
void moved_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  std::jthread Helper([] { load(); });
  keep(std::move(Helper));
}
// What the target held before is another thread, or none.
struct Loader {
  std::mutex Lock;
  std::future<int> Loaded;
  std::jthread Helper;
  int load() {
    std::lock_guard<std::mutex> Hold(Lock);
    return 0;
  }
  void assigned_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Loaded = std::async(std::launch::async, [this] { return load(); });
    Helper = std::jthread([this] { load(); });
  }
  void dropped_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK-DAG: ends.cpp:[[@LINE+1]]:61: warning: lock 'Loader::Lock' is held in 'Loader::dropped_bad' while it waits for the end of a thread that takes it in 'Loader::load'
    std::async(std::launch::async, [this] { return load(); }).valid();
  }
};
template <typename T> struct Row {
  void push_back(T &&);
};
void pushed_ok(Row<std::future<int>> &All) {
  std::lock_guard<std::mutex> Hold(Table);
  All.push_back(std::async(std::launch::async, load));
}
// Containers of threads: all of them are waited for, unless they were before.
template <typename T> struct List {
  T *begin();
  T *end();
  template <typename F> void emplace_back(F &&);
  void clear();
};
struct Pool {
  std::mutex Lock;
  List<std::jthread> Threads;
  int Done = 0;
  void run() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Done;
  }
  void start() {
    Threads.emplace_back([this] { run(); });
  }
  void clear_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK-DAG: ends.cpp:[[@LINE+1]]:13: warning: lock 'Pool::Lock' is held in 'Pool::clear_bad' while it waits for the end of a thread that takes it in 'Pool::run'
    Threads.clear();
  }
  void clear_ok() {
    for (std::jthread &T : Threads)
      T.join();
    std::lock_guard<std::mutex> Hold(Lock);
    Threads.clear();
  }
};
// CHECK-NOT: _ok

// What containers and smart pointers own ends by calls of a destructor that
// takes a lock, or blocks.
// RUN: %check_all self-deadlock,gridlock-blocking-under-lock,gridlock-lock-order %s --
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

std::mutex Lock;
int Live;
struct Session {
  ~Session() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Live;
  }
};
std::map<int, std::unique_ptr<Session>> ById;
std::deque<std::unique_ptr<Session>> Waiting;
std::vector<Session> Values;
std::unique_ptr<Session> One;
std::optional<Session> Perhaps;

void erase_bad(int Id) {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:8: warning: lock 'Lock' is taken in 'Session::~Session' while the same thread holds it already: it waits for itself for ever; instead: let the object end after the lock is released
  ById.erase(Id);
}
void clear_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:10: warning: lock 'Lock' is taken in 'Session::~Session' while the same thread holds it already: it waits for itself for ever
  Values.clear();
}
void pop_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:11: warning: lock 'Lock' is taken in 'Session::~Session' while the same thread holds it already: it waits for itself for ever
  Waiting.pop_front();
}
void reset_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:7: warning: lock 'Lock' is taken in 'Session::~Session' while the same thread holds it already: it waits for itself for ever
  One.reset();
}
void optional_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:11: warning: lock 'Lock' is taken in 'Session::~Session' while the same thread holds it already: it waits for itself for ever
  Perhaps.reset();
}
void local_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  std::vector<Session> Here(3);
  ++Live;
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:1: warning: lock 'Lock' is taken in 'Session::~Session' while the same thread holds it already: it waits for itself for ever
}

// What is taken out before ends elsewhere.
void erase_ok(int Id) {
  std::unique_ptr<Session> Kept;
  std::lock_guard<std::mutex> Hold(Lock);
  auto Found = ById.find(Id);
  Kept = std::move(Found->second);
  ById.erase(Found);
}
std::unique_ptr<Session> pop_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  std::unique_ptr<Session> First = std::move(Waiting.front());
  Waiting.pop_front();
  return First;
}
void clear_ok() {
  std::vector<Session> Gone;
  std::lock_guard<std::mutex> Hold(Lock);
  Gone.swap(Values);
}
void swapped_ok() {
  std::map<int, std::unique_ptr<Session>> Gone;
  std::lock_guard<std::mutex> Hold(Lock);
  std::swap(Gone, ById);
  ById.clear();
}
void extract_ok(int Id) {
  std::unique_lock<std::mutex> Hold(Lock);
  auto Node = ById.extract(Id);
  ById.erase(Id + 1);
  Hold.unlock();
}
void moved_local_ok(std::vector<std::unique_ptr<Session>> &Into) {
  std::lock_guard<std::mutex> Hold(Lock);
  auto Made = std::make_unique<Session>();
  Into.push_back(std::move(Made));
}
void release_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  std::unique_ptr<Session> Here(new Session);
  Here.release();
}
// The first that is put there.
void start_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  One.reset(new Session);
}
// It may have another owner.
std::map<int, std::shared_ptr<Session>> Shared;
void shared_ok(int Id) {
  std::lock_guard<std::mutex> Hold(Lock);
  Shared.erase(Id);
}
// Nothing of it is owned.
std::map<int, Session *> Pointers;
std::map<int, std::weak_ptr<Session>> Watched;
void pointers_ok(int Id) {
  std::lock_guard<std::mutex> Hold(Lock);
  Pointers.erase(Id);
  Watched.clear();
}
// A deleter of its own need not end it.
struct Recycle {
  void operator()(Session *) const { ++Live; }
};
std::unique_ptr<Session, Recycle> Recycled;
void deleter_ok() {
  std::lock_guard<std::mutex> Hold(Lock);
  Recycled.reset();
}

// By a base class and by a part, known in its own file only.
struct Base {
  virtual ~Base() = default;
};
struct Worker : Base {
  std::thread Runs;
  ~Worker() override { Runs.join(); }
};
struct Pool {
  std::vector<std::unique_ptr<Base>> Workers;
};
std::mutex Pools;
std::vector<Pool> All;
void part_bad() {
  std::lock_guard<std::mutex> Hold(Pools);
  // CHECK-DAG: owners.cpp:[[@LINE-9]]:29: warning: 'std::thread::join' blocks while 'Pools' is held: 'part_bad' reaches it through 2 calls
  All.pop_back();
}
void part_ok() {
  std::vector<Pool> Gone;
  std::lock_guard<std::mutex> Hold(Pools);
  Gone = std::move(All);
}

// The lock of the element itself, against the one that is held.
struct Connection {
  std::mutex Own;
  int State = 0;
  ~Connection() { close(); }
  void close();
  void add();
};
std::mutex Table;
std::vector<std::unique_ptr<Connection>> Connections;
int Count;
void Connection::close() {
  std::lock_guard<std::mutex> Hold(Own);
  State = 0;
}
void Connection::add() {
  std::lock_guard<std::mutex> Hold(Own);
  // CHECK-DAG: owners.cpp:[[@LINE+1]]:31: warning: locks 'Connection::Own' and 'Table' are taken in opposite orders: 'Connection::add' takes 'Connection::Own' then 'Table', 'order_bad' takes 'Table' then 'Connection::Own'
  std::lock_guard<std::mutex> All(Table);
  ++Count;
}
void order_bad() {
  std::lock_guard<std::mutex> Hold(Table);
  Connections.clear();
}

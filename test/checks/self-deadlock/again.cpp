// A lock taken again by the thread that holds it.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Cache {
  std::mutex Lock;
  std::recursive_mutex Deep;
  std::shared_mutex Readers;
  Cache *Next;
  int Size;

  void clear() { std::lock_guard<std::mutex> Hold(Lock); }
  void reload_bad();
  void reload_ok();
  void clear_other_ok(Cache &Other);
  void deep() { std::lock_guard<std::recursive_mutex> Hold(Deep); }
  void deep_ok();
  void read() { std::shared_lock<std::shared_mutex> Hold(Readers); }
  void read_again_bad();
  void write_bad();
};

void Cache::reload_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK: again.cpp:[[@LINE+3]]:3: warning: lock 'Cache::Lock' is taken in 'Cache::clear' while the same thread holds it already: it waits for itself for ever
  // CHECK: again.cpp:[[@LINE-2]]:31: note: 'Cache::reload_bad' takes 'Cache::Lock' here
  // CHECK: again.cpp:[[@LINE+1]]:3: note: 'Cache::reload_bad' calls 'Cache::clear' here
  clear();
  // CHECK: again.cpp:12:{{.*}}: note: 'Cache::clear' takes 'Cache::Lock' again here
}

void Cache::reload_ok() {
  {
    std::lock_guard<std::mutex> Hold(Lock);
  }
  clear();
  std::unique_lock<std::mutex> Hold(Lock);
  Hold.unlock();
  clear();
}

void Cache::clear_other_ok(Cache &Other) {
  std::lock_guard<std::mutex> Hold(Lock);
  Other.clear();
}

void Cache::deep_ok() {
  std::lock_guard<std::recursive_mutex> Hold(Deep);
  deep();
}

void Cache::read_again_bad() {
  std::shared_lock<std::shared_mutex> Hold(Readers);
  // CHECK: again.cpp:[[@LINE+1]]:3: warning: lock 'Cache::Readers' is taken in shared mode in 'Cache::read' while
  read();
}

void Cache::write_bad() {
  Readers.lock();
  // CHECK: again.cpp:[[@LINE+1]]:3: warning: lock 'Cache::Readers' is taken in shared mode in 'Cache::read' while the same thread holds it exclusively already: it waits for itself for ever; instead: release it before the call, or call a form of 'Cache::read' that expects it to be held
  read();
  Readers.unlock();
}

// Hand over hand: the pointer goes on.
void walk_ok(Cache *From) {
  From->Lock.lock();
  Cache *Before = From;
  From = From->Next;
  From->Lock.lock();
  Before->Lock.unlock();
  From->Lock.unlock();
}

void elements_ok(Cache *All, int I) {
  std::lock_guard<std::mutex> First(All[I].Lock);
  I = I + 1;
  std::lock_guard<std::mutex> Second(All[I].Lock);
}

std::mutex Table;

void direct_bad() {
  Table.lock();
  // CHECK: again.cpp:[[@LINE+1]]:31: warning: lock 'Table' is taken in 'direct_bad'
  std::lock_guard<std::mutex> Hold(Table);
}

void guard_twice_bad() {
  std::unique_lock<std::mutex> Hold(Table);
  // CHECK: again.cpp:[[@LINE+1]]:8: warning: lock 'Table' is taken in 'guard_twice_bad'
  Hold.lock();
}

void try_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  if (Table.try_lock())
    Table.unlock();
}

void adopted_ok() {
  Table.lock();
  std::lock_guard<std::mutex> Hold(Table, std::adopt_lock);
}

// A helper that gives the lock back and takes it again.
void pause() {
  Table.unlock();
  Table.lock();
}

void paused_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  pause();
}

bool more();
void pause_often() {
  while (more()) {
    Table.unlock();
    Table.lock();
  }
}

void paused_often_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  pause_often();
}

// The caller says whether it holds the lock: not in the default profile.
void add(bool Held) {
  if (!Held)
    Table.lock();
  if (!Held)
    Table.unlock();
}

void add_held_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  add(true);
}

// A mutex of the program's own that counts is recursive.
struct CountingMutex {
  std::mutex Inner;
  const void *Owner = nullptr;
  int Depth = 0;
  void lock(const void *Me) {
    if (Owner != Me) {
      Inner.lock();
      Owner = Me;
    }
    ++Depth;
  }
  void unlock() {
    if (--Depth == 0) {
      Owner = nullptr;
      Inner.unlock();
    }
  }
};

void counting_ok(CountingMutex &M, const void *Me) {
  M.lock(Me);
  M.lock(Me);
  M.unlock();
  M.unlock();
}

// One that only wraps is not.
struct PlainMutex {
  std::mutex Inner;
  void lock() { Inner.lock(); }
  void unlock() { Inner.unlock(); }
};

void wrapped_bad(PlainMutex &M) {
  M.lock();
  // CHECK: again.cpp:[[@LINE+1]]:5: warning: lock 'PlainMutex::Inner' is taken in 'PlainMutex::lock' while
  M.lock();
}

// A guard of the program's own that keeps a pointer gives its lock back.
class PointerHold {
  PlainMutex *const Held;

public:
  explicit PointerHold(PlainMutex *M) : Held(M) { Held->lock(); }
  ~PointerHold() { Held->unlock(); }
};

struct File {
  mutable PlainMutex Lock;
  unsigned Length;
  unsigned size() const {
    PointerHold Hold(&Lock);
    return Length;
  }
};

unsigned sizes_ok(File *F) { return F->size() + F->size(); }

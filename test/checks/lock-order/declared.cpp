// Orders that are declared by Clang's attributes.
// RUN: %check_all lock-order %s -- -Wno-thread-safety-attributes
#define BEFORE(...) __attribute__((acquired_before(__VA_ARGS__)))
#define AFTER(...) __attribute__((acquired_after(__VA_ARGS__)))

struct __attribute__((capability("mutex"))) Mutex {
  void lock() __attribute__((acquire_capability()));
  bool tryLock() __attribute__((try_acquire_capability(true)));
  void unlock() __attribute__((release_capability()));
};
struct __attribute__((scoped_lockable)) Guard {
  explicit Guard(Mutex &M) __attribute__((acquire_capability(M)));
  ~Guard() __attribute__((release_capability()));
};

class Table {
  // CHECK-DAG: declared.cpp:[[@LINE+1]]:9: note: 'Table::Rows' is declared to be taken before 'Table::Index' here, by 'acquired_before'
  Mutex Rows BEFORE(Index);
  Mutex Index;
  Mutex Log AFTER(Index);
  Mutex Free;
  int Count = 0;

public:
  void right_ok() {
    Guard First(Rows);
    Guard Second(Index);
    Guard Third(Log);
    ++Count;
  }
  void wrong_bad() {
    Guard First(Index);
    // CHECK-DAG: declared.cpp:[[@LINE+1]]:11: warning: 'Table::wrong_bad' takes 'Table::Index' then 'Table::Rows', which is declared to be taken before 'Table::Index': with who keeps to that it can deadlock; instead: take 'Table::Rows' first
    Guard Second(Rows);
    ++Count;
  }
  void addRow() {
    Guard Hold(Rows);
    ++Count;
  }
  // Over two declarations, and by a call.
  void far_bad() {
    Log.lock();
    // CHECK-DAG: declared.cpp:[[@LINE+1]]:5: warning: 'Table::far_bad' takes 'Table::Log' then 'Table::Rows', which is declared to be taken before 'Table::Log'
    addRow();
    Log.unlock();
  }
  void addRows() { addRow(); }
  // Nothing but the declaration makes this a circle.
  void deep_bad() {
    Guard Hold(Log);
    // CHECK-DAG: declared.cpp:[[@LINE+1]]:5: warning: 'Table::deep_bad' takes 'Table::Log' then 'Table::Rows', which is declared to be taken before 'Table::Log'
    addRows();
  }
  void try_ok() {
    Guard First(Index);
    if (Rows.tryLock())
      Rows.unlock();
  }
  // Nothing is said of it.
  void free_ok() {
    Guard First(Index);
    Guard Second(Free);
    ++Count;
  }
};

class Torn {
  // CHECK-DAG: declared.cpp:[[@LINE+1]]:9: warning: lock 'Torn::A' is declared to be taken before 'Torn::B', and after it; instead: declare one order only
  Mutex A BEFORE(B);
  Mutex B BEFORE(C);
  Mutex C BEFORE(A);

public:
  void use() { Guard Hold(A); }
};
void use(Torn &T) { T.use(); }
// CHECK-NOT: _ok

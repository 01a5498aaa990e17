// Locks of libraries: a recursive one made of one that isn't, guards that take
// by a method of their own, guards that are unlocked.
// RUN: %check_all self-deadlock %s

struct QMutex {
  void lock();
  void unlock();
};
struct QRecursiveMutex : private QMutex {
  using QMutex::lock;
  using QMutex::unlock;
};
struct QReadWriteLock {
  void lockForWrite();
  void unlock();
};
struct QWriteLocker {
  explicit QWriteLocker(QReadWriteLock *);
  ~QWriteLocker();
  void unlock();
};

namespace tbb::detail::d1 {
struct spin_rw_mutex {
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();
};
template <typename M> class rw_scoped_lock {
  M *Mutex = nullptr;
  bool Writes = false;

public:
  rw_scoped_lock() {}
  rw_scoped_lock(M &Of, bool Write = true) { acquire(Of, Write); }
  ~rw_scoped_lock() {
    if (Mutex)
      release();
  }
  void acquire(M &Of, bool Write = true) {
    Mutex = &Of;
    Writes = Write;
    if (Write)
      Of.lock();
    else
      Of.lock_shared();
  }
  void release() {
    M *Of = Mutex;
    Mutex = nullptr;
    if (Writes)
      Of->unlock();
    else
      Of->unlock_shared();
  }
};
struct queuing_mutex {
  struct scoped_lock {
    explicit scoped_lock(queuing_mutex &);
    ~scoped_lock();
    void release();
  };
};
} // namespace tbb::detail::d1
using Writer = tbb::detail::d1::rw_scoped_lock<tbb::detail::d1::spin_rw_mutex>;
using tbb::detail::d1::queuing_mutex;

struct Table {
  QMutex Plain;
  QRecursiveMutex Again;
  QReadWriteLock Rows;
  tbb::detail::d1::spin_rw_mutex Spin;
  queuing_mutex Queue;
  int Size = 0;

  void again_ok() {
    Again.lock();
    Again.lock();
    ++Size;
    Again.unlock();
    Again.unlock();
  }
  void plain_bad() {
    Plain.lock();
    // CHECK: libraries.cpp:[[@LINE+1]]:11: warning: lock 'Table::Plain' is taken in 'Table::plain_bad' while the same thread holds it already
    Plain.lock();
    ++Size;
    Plain.unlock();
    Plain.unlock();
  }

  void unlocked_ok() {
    QWriteLocker First(&Rows);
    First.unlock();
    QWriteLocker Second(&Rows);
    ++Size;
  }
  void locker_bad() {
    QWriteLocker First(&Rows);
    // CHECK: libraries.cpp:[[@LINE+1]]:18: warning: lock 'Table::Rows' is taken in 'Table::locker_bad' while the same thread holds it already
    QWriteLocker Second(&Rows);
    ++Size;
  }

  void acquired_bad() {
    Writer First;
    First.acquire(Spin);
    Writer Second;
    // CHECK: libraries.cpp:[[@LINE+1]]:12: warning: lock 'Table::Spin' is taken in
    Second.acquire(Spin);
    ++Size;
  }

  void queued_ok() {
    queuing_mutex::scoped_lock First(Queue);
    First.release();
    queuing_mutex::scoped_lock Second(Queue);
    ++Size;
  }
  void queued_bad() {
    queuing_mutex::scoped_lock First(Queue);
    // CHECK: libraries.cpp:[[@LINE+1]]:32: warning: lock 'Table::Queue' is taken in 'Table::queued_bad' while the same thread holds it already
    queuing_mutex::scoped_lock Second(Queue);
    ++Size;
  }
};
// CHECK-NOT: warning:

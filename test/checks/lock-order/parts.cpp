// Locks of two members of one class, which are two locks, also where their own
// class holds one while it calls back.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

template <typename T> class Synchronized {
public:
  class Proxy {
  public:
    explicit Proxy(Synchronized &S) : Hold(S.Lock), Value(&S.Value) {}
    T *operator->() { return Value; }

  private:
    std::unique_lock<std::mutex> Hold;
    T *Value;
  };
  template <typename F> void with(F Use) {
    std::lock_guard<std::mutex> Hold(Lock);
    Use(Value);
  }
  Proxy lock() { return Proxy(*this); }
  Proxy operator->() { return Proxy(*this); }
  T copy() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Value;
  }
  void takeFrom(Synchronized &Other) {
    std::lock_guard<std::mutex> Hold(Lock);
    Value = T();
  }

private:
  std::mutex Lock;
  T Value;
};

struct Names {
  int Count = 0;
};
struct Cache {
  Synchronized<Names> Idle, Busy, Old, New;

  void evict_bad() {
    auto Use = Idle.lock();
    Busy->Count = 0;
  }
  void dump_bad() {
    // CHECK: parts.cpp:[[@LINE+1]]:10: warning: locks 'Cache::Busy.Lock' and 'Cache::Idle.Lock' are taken in opposite orders: 'Cache::dump_bad' takes 'Cache::Busy.Lock' then 'Cache::Idle.Lock', 'Cache::evict_bad' takes
    Busy.with([&](Names &N) { N = Idle.copy(); });
  }
  void move_ok() {
    auto Use = Old.lock();
    New->Count = 0;
  }
  void look_ok() {
    Names N = New.copy();
    Old.with([&](Names &O) { O = N; });
  }
};
// CHECK-NOT: warning: {{.*}}_ok'

// An object of the program's own that takes a lock, and gives it back at its
// end or before: that doesn't make others responsible for what is forgotten.
// RUN: %check_all lock-leak %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Store {
  std::mutex Lock;
  int Dirty = 0;
};
void takeStore(Store *S) { S->Lock.lock(); }
void giveStore(Store *S) { S->Lock.unlock(); }

class Holder {
  Store *Of;

public:
  explicit Holder(Store *S) : Of(S) { takeStore(Of); }
  ~Holder() {
    if (Of)
      giveStore(Of);
  }
  void release() {
    giveStore(Of);
    Of = nullptr;
  }
};

int put_bad(Store *S, int N) {
  takeStore(S); // CHECK-DAG: objects.cpp:[[@LINE]]:3: warning: lock 'Store::Lock' stays locked when 'put_bad' returns early, but is released on other paths
  if (N > 255)
    return -1;
  ++S->Dirty;
  giveStore(S);
  return 0;
}
int put_ok(Store *S, int N) {
  takeStore(S);
  if (N > 255) {
    giveStore(S);
    return -1;
  }
  ++S->Dirty;
  giveStore(S);
  return 0;
}
class Db {
  Store *Of;

public:
  explicit Db(Store *S) : Of(S) {}
  int put() { return put_bad(Of, 1) + put_ok(Of, 1); }
  void batch_ok() {
    Holder Hold(Of);
    int N = Of->Dirty;
    Hold.release();
    if (N == 0)
      put();
  }
};
int main() {
  Store S;
  Db D(&S);
  D.put();
  D.batch_ok();
}
// CHECK-NOT: _ok

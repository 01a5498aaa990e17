#include "work.h"

struct Counter {
  std::mutex Lock;
  int Value = 0;
  void add_bad(int By) {
    Lock.lock();
    Value += By;
    Lock.unlock();
  }
};

Task drops_bad() {
  work(1);
  co_await work(2);
}

Task kept_ok() { co_await work(3); }

// A type that needs no lock is known by its own name, not by its namespace's.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace acme::concurrent {
struct Config {
  int Size = 0;
};
} // namespace acme::concurrent
namespace lockfree {
struct Queue {
  int Size = 0;
};
} // namespace lockfree

struct Server {
  std::mutex Lock;
  acme::concurrent::Config Current;
  lockfree::Queue Jobs;

  void grow_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Current.Size;
    ++Jobs.Size;
  }
  void shrink_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Current.Size;
    --Jobs.Size;
  }
  int size_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Current.Size + Jobs.Size;
  }
  int peek_bad() {
    // CHECK: type-names.cpp:[[@LINE+1]]:20: warning: 'Server::Current.Size' is read in 'Server::peek_bad' without 'Server::Lock'
    return Current.Size;
  }
  int jobs_ok() { return Jobs.Size; }
};

int run(Server &S) {
  std::thread Other([&] {
    S.grow_ok();
    S.shrink_ok();
    S.size_ok();
  });
  int Seen = S.peek_bad() + S.jobs_ok();
  Other.join();
  return Seen;
}

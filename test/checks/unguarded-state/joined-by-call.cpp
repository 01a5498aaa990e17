// Methods that end the threads of their object.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

class Server {
  std::mutex Lock;
  std::thread Worker;
  int Rows = 0;
  int Hits = 0;

  void loop_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Rows;
    ++Hits;
  }
  // A thread that was not started needs no join.
  void stop() {
    if (Worker.joinable())
      Worker.join();
  }

public:
  void start() {
    Worker = std::thread([this] { loop_ok(); });
  }
  void add_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Rows;
    ++Hits;
  }
  int drain_ok() {
    stop();
    return Rows;
  }
  int drain_bad(Server &Other) {
    Other.stop();
    // CHECK-DAG: joined-by-call.cpp:[[@LINE+1]]:12: warning: 'Server::Hits' is read in 'Server::drain_bad' without 'Server::Lock'
    return Hits;
  }
};

void use(Server &A, Server &B) {
  A.start();
  A.add_ok();
  A.drain_ok();
  A.drain_bad(B);
}
// CHECK-NOT: warning: {{.*}}_ok'

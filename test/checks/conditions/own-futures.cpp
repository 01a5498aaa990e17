// Promises, futures and guards of a library of one's own, told by a rule file.
// RUN: %not %gridlock check %s --rules %S/Inputs/own-futures.yaml --checks='-*,gridlock-blocking-*' --quiet -- -std=c++20 -isystem %S/../Inputs/mock > %t.out -I%S/../Inputs
// RUN: %FileCheck %s < %t.out
#include "lazy-task.h"

#include <asio_kept.h>

#include <unistd.h>

namespace own {
struct Reply {
  bool arrived() const;
  int await();
};
struct Request {
  Reply reply();
  void answer(int);
};
Reply answered(int);
struct Hold {
  explicit Hold(boost::asio::io_context &);
};
} // namespace own

task asked_ok(own::Reply R) {
  if (R.arrived())
    R.await();
  co_return;
}
task asked_bad(own::Reply R) {
  if (!R.arrived())
    // CHECK: own-futures.cpp:[[@LINE+1]]:7: warning: 'own::Reply::await' blocks the event loop
    R.await();
  co_return;
}
task kept_ok() {
  own::Request Q;
  own::Reply R = Q.reply();
  Q.answer(1);
  R.await();
  own::answered(1).await();
  co_return;
}
task kept_bad() {
  own::Request Q, Other;
  own::Reply R = Q.reply();
  Other.answer(1);
  // CHECK: own-futures.cpp:[[@LINE+1]]:5: warning: 'own::Reply::await' blocks the event loop
  R.await();
  co_return;
}
// Once it has come, it is there.
task twice_bad(own::Reply R) {
  // CHECK: own-futures.cpp:[[@LINE+1]]:5: warning: 'own::Reply::await' blocks the event loop
  R.await();
  R.await();
  co_return;
}

// What a guard is made of belongs to nobody else.
class Worker {
public:
  Worker() : Guard(Loop), Runner([this] { Loop.run(); }) {}
  void log_ok() {
    boost::asio::post(Loop, [] { sleep(1); });
  }

private:
  boost::asio::io_context Loop;
  own::Hold Guard;
  std::thread Runner;
};
// CHECK-NOT: warning:

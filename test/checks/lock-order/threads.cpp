// What runs before a thread is started, or after its end was waited for, does
// not run beside it.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace before {
std::mutex A, B;
void body() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void prepare_ok() {
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void run() {
  prepare_ok();
  std::thread T(body);
  T.join();
}
} // namespace before

namespace beside {
std::mutex A, B;
void body_bad() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run_bad() {
  std::thread T(body_bad);
  {
    std::lock_guard<std::mutex> First(A);
    // CHECK: threads.cpp:{{.*}}: warning: locks 'beside::A' and 'beside::B' are
    // taken in opposite orders
    std::lock_guard<std::mutex> Second(B);
  }
  T.join();
}
} // namespace beside

namespace after {
std::mutex A, B;
void run_ok() {
  std::thread T([] {
    std::lock_guard<std::mutex> First(B);
    std::lock_guard<std::mutex> Second(A);
  });
  T.join();
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
} // namespace after

namespace detached {
std::mutex A, B;
void body_bad() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run_bad() {
  std::thread T(body_bad);
  T.detach();
  std::lock_guard<std::mutex> First(A);
  // CHECK: threads.cpp:{{.*}}: warning: locks 'detached::A' and 'detached::B'
  // are taken in opposite orders
  std::lock_guard<std::mutex> Second(B);
}
} // namespace detached

namespace maybe_joined {
std::mutex A, B;
void body_bad() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run_bad(bool Wait) {
  std::thread T(body_bad);
  if (Wait)
    T.join();
  std::lock_guard<std::mutex> First(A);
  // CHECK: threads.cpp:{{.*}}: warning: locks 'maybe_joined::A' and
  // 'maybe_joined::B' are taken in opposite orders
  std::lock_guard<std::mutex> Second(B);
}
} // namespace maybe_joined

namespace two_threads {
std::mutex A, B;
void first_bad() {
  std::lock_guard<std::mutex> First(A);
  // CHECK: threads.cpp:{{.*}}: warning: locks 'two_threads::A' and
  // 'two_threads::B' are taken in opposite orders
  std::lock_guard<std::mutex> Second(B);
}
void second_bad() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run_bad() {
  std::thread One(first_bad);
  std::thread Two(second_bad);
  One.join();
  Two.join();
}
} // namespace two_threads

namespace one_after_the_other {
std::mutex A, B;
void first_ok() {
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void second_ok() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run() {
  std::thread One(first_ok);
  One.join();
  std::thread Two(second_ok);
  Two.join();
}
} // namespace one_after_the_other

namespace one_thread {
std::mutex A, B;
void body_ok() {
  {
    std::lock_guard<std::mutex> First(A);
    std::lock_guard<std::mutex> Second(B);
  }
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run() {
  std::thread One(body_ok);
  One.join();
}
} // namespace one_thread

namespace many_threads {
std::mutex A, B;
void body_bad() {
  {
    std::lock_guard<std::mutex> First(A);
    // CHECK: threads.cpp:{{.*}}: warning: locks 'many_threads::A' and
    // 'many_threads::B' are taken in opposite orders
    std::lock_guard<std::mutex> Second(B);
  }
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void run_bad() {
  for (int I = 0; I < 4; ++I)
    std::thread(body_bad).detach();
}
} // namespace many_threads

namespace by_two_ways {
// The function that runs before the start is called by others as well.
std::mutex A, B;
void body_bad() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void prepare_bad() {
  std::lock_guard<std::mutex> First(A);
  // CHECK: threads.cpp:{{.*}}: warning: locks 'by_two_ways::A' and
  // 'by_two_ways::B' are taken in opposite orders
  std::lock_guard<std::mutex> Second(B);
}
void run() {
  prepare_bad();
  std::thread T(body_bad);
  T.join();
}
void refresh() { prepare_bad(); }
} // namespace by_two_ways

namespace loops {
std::mutex A, B, C, D;
void body_ok() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
void all_ok() {
  std::thread *All[4];
  for (int I = 0; I < 4; ++I)
    All[I] = new std::thread(body_ok);
  for (int I = 0; I < 4; ++I)
    All[I]->join();
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void body_bad() {
  std::lock_guard<std::mutex> First(D);
  std::lock_guard<std::mutex> Second(C);
}
void one_bad() {
  std::thread *All[4];
  for (int I = 0; I < 4; ++I)
    All[I] = new std::thread(body_bad);
  All[0]->join();
  std::lock_guard<std::mutex> First(C);
  // CHECK: threads.cpp:{{.*}}: warning: locks 'loops::C' and 'loops::D' are taken in opposite orders
  std::lock_guard<std::mutex> Second(D);
}
} // namespace loops

int main() {
  loops::all_ok();
  before::run();
  after::run_ok();
  one_after_the_other::run();
  one_thread::run();
  by_two_ways::run();
}

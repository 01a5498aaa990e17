// Constants, flags, durations, null, callables, moves, discarded results.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include "Inputs/std.h"
#define MSG_PEEK 2
#define MSG_DONTWAIT 0x40
enum { LOCAL_FLAG = 8 };
enum class launch { async = 1, deferred = 2 };
extern "C" long recv(int, void *, unsigned long, int);
void start(launch, std::function<void()>);
void pause(std::chrono::nanoseconds);
void pause_ms(std::chrono::milliseconds);
void sink(std::unique_ptr<int> &&);
void take(void *);

// CHECK-LABEL: function constants
// CHECK: call recv(param 'fd', {{.*}}, 10, 66 {MSG_DONTWAIT|MSG_PEEK})
// CHECK-NEXT: call recv(param 'fd', null, 0, unknown(arithmetic) {LOCAL_FLAG})
// CHECK: call start(1 {launch::async}, callable constants
// CHECK: call pause_ms(20000000ns)
// CHECK: call pause_ms(0ns)
// CHECK: call pause_ms(3000000ns)
void constants(int fd, char *buf, int more) {
  using namespace std::literals;
  recv(fd, buf, 10, MSG_DONTWAIT | MSG_PEEK);
  recv(fd, nullptr, 0, more | LOCAL_FLAG);
  start(launch::async, [] {});
  pause_ms(20ms);
  pause_ms(std::chrono::milliseconds::zero());
  pause_ms(std::chrono::milliseconds(3));
}

// CHECK-LABEL: function callables
// CHECK: construct local 'l' = callable callables::(lambda)::operator() [by-reference param 'a', by-copy param 'b', by-move move param 'p']
// CHECK: call callables::(lambda)::operator()() on local 'l'
// CHECK: on param 'f' indirect
// CHECK: call std::function::operator()() on param 'g'
void callables(int &a, int b, std::unique_ptr<int> p, void (*f)(), const std::function<void()> &g) {
  auto l = [&a, b, q = std::move(p)] { a = b; };
  l();
  f();
  g();
}
// CHECK-LABEL: function results
// CHECK: call sink(move param 'p')
// CHECK-NEXT: call take(&local 'x')
// CHECK: call recv({{.*}}) : long discarded
// CHECK: call recv({{.*}}) : long void-cast
// CHECK: call recv({{.*}}) : long void-cast
void results(std::unique_ptr<int> p) {
  int x;
  sink(std::move(p));
  take(&x);
  recv(0, nullptr, 0, 0);
  (void)recv(0, nullptr, 0, 0);
  std::ignore = recv(0, nullptr, 0, 0);
}
// A choice is unknown, but for what it may be.
// CHECK-LABEL: function choices
// CHECK: construct local 'r' = unknown(conditional) of (param 'a' | param 'b')
// CHECK: call take(unknown(conditional) of (&param 'a' | null | &param 'b'))
void choices(int &a, int &b, bool c, bool d) {
  int &r = c ? a : b;
  take(c ? &a : d ? nullptr : &b);
  r = 1;
}
// CHECK-LABEL: function callables::(lambda)::operator() lambda method
// CHECK: capture 'a' by-reference : int
// CHECK: capture 'b' by-copy : int
// CHECK: capture 'q' by-move
// CHECK: write capture 'a'

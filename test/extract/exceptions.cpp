// Edges of exceptions: from each call in a try block to its handlers, with what is alive
// there destroyed on the way; throws; function try blocks; coroutines.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include "Inputs/std.h"
struct guard { guard(); ~guard(); };
struct temp { temp(); ~temp(); int n(); };
int work(int);
void quiet(int) noexcept;
void unlock_it();

// The handler sees the state at the call that throws.
// CHECK-LABEL: function states
// CHECK: block 2{{$}}
// CHECK-NEXT: -> 3
// CHECK-NEXT: -> [[#HANDLERS:]] handler
// CHECK: block 3{{$}}
// CHECK-NEXT: construct local 'g' guard::guard()
// CHECK-NEXT: -> 4
// CHECK-NEXT: -> [[#CLEAN:]] handler
// CHECK: block 4{{$}}
// CHECK-NEXT: call work(1)
// CHECK-NEXT: call quiet(2)
// CHECK-NEXT: call unlock_it()
// CHECK-NEXT: -> 5
// CHECK-NEXT: -> [[#CLEAN]] handler
// CHECK: block 5{{$}}
// CHECK-NEXT: call work(3)
// CHECK-NEXT: call guard::~guard() on local 'g'
// CHECK: block [[#CLEAN]]
// CHECK-NEXT: call guard::~guard() on local 'g' implicit destructor
// CHECK-NEXT: lifetime-end local 'g'
// CHECK-NEXT: -> [[#HANDLERS]] cleanup
// CHECK: block [[#HANDLERS]]
// CHECK-NEXT: -> [[#HANDLER:]] handler
// CHECK: block [[#HANDLER]]
// CHECK-NEXT: call work(4)
void states() {
  try {
    guard g;
    work(1);
    quiet(2);
    unlock_it();
    work(3);
  } catch (...) {
    work(4);
  }
}

// Nothing throws: the handler is reached from in front of the try block.
// CHECK-LABEL: function nothing_throws
// CHECK: -> {{[0-9]+}} handler
// CHECK: call quiet(1)
// CHECK: call work(2)
void nothing_throws() {
  try {
    quiet(1);
  } catch (...) {
    work(2);
  }
}

// Out of the inner block 'a' stays, out of the outer one it goes.
// CHECK-LABEL: function nested
// CHECK: throw = 1
// CHECK-NEXT: call guard::~guard() on local 'b'
// CHECK-NEXT: lifetime-end local 'b'
// CHECK-NEXT: -> [[#INNER:]] unwind
// CHECK: block [[#INNER]]{{$}}
// CHECK-NEXT: -> {{[0-9]+}} handler
// CHECK-NEXT: -> [[#LEAVE:]] unwind
// CHECK: block [[#LEAVE]]{{$}}
// CHECK-NEXT: call guard::~guard() on local 'a'
// CHECK-NEXT: lifetime-end local 'a'
// CHECK-NEXT: -> [[#OUTER:]] cleanup
// CHECK: block [[#OUTER]]{{$}}
// CHECK-NEXT: -> {{[0-9]+}} handler
// CHECK: call work(8)
void nested() {
  try {
    guard a;
    try {
      guard b;
      throw 1;
    } catch (long) {
      work(7);
    }
  } catch (...) {
    work(8);
  }
}

// CHECK-LABEL: function throws
// CHECK: throw = 2
// CHECK-NEXT: call guard::~guard() on local 'inner'
// CHECK-NEXT: lifetime-end local 'inner'
// CHECK-NEXT: call guard::~guard() on local 'g'
// CHECK-NEXT: lifetime-end local 'g'
// CHECK-NEXT: -> {{[0-9]+}} unwind
// CHECK: call work(1)
void throws(bool b) {
  guard g;
  if (b) {
    guard inner;
    throw 2;
  }
  guard later;
  work(1);
}

// A temporary of the expression ends too.
// CHECK-LABEL: function in_expression
// CHECK: construct temporary #[[#T:]] temp::temp()
// CHECK: -> [[#END:]] handler
// CHECK: call temp::n() on temporary #[[#T]]
// CHECK: block [[#END]]{{$}}
// CHECK-NEXT: call temp::~temp() on temporary #[[#T]]
// CHECK-NEXT: lifetime-end temporary #[[#T]]
// CHECK-NEXT: -> {{[0-9]+}} cleanup
void in_expression() {
  try {
    work(temp().n());
  } catch (int) {
  }
}

// CHECK-LABEL: function caught
// CHECK: return
// CHECK-NEXT: call temp::~temp() on local 'e'
// CHECK: throw
// CHECK-NEXT: call temp::~temp() on local 'e'
void caught(bool b) {
  try {
    work(1);
  } catch (temp e) {
    if (!b)
      return;
    throw;
  }
}

struct member { guard g; member(); };
// CHECK-LABEL: function member::member
// CHECK: -> {{[0-9]+}} handler
// CHECK: construct this.g guard::guard()
// CHECK: call work(1)
// CHECK: call work(2)
member::member() try : g() {
  work(1);
} catch (...) {
  work(2);
}

struct task {
  struct promise_type {
    task get_return_object();
    std::suspend_never initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
};
// CHECK-LABEL: function thrown_out coroutine
// CHECK: suspend initial
// CHECK: -> [[#UNHANDLED:]] handler
// CHECK: throw = 3
// CHECK-NEXT: call guard::~guard() on local 'g'
// CHECK-NEXT: lifetime-end local 'g'
// CHECK-NEXT: -> [[#UNHANDLED]] unwind
// CHECK: block [[#UNHANDLED]]{{$}}
// CHECK-NEXT: call task::promise_type::unhandled_exception() on local '__promise' implicit promise
// CHECK-NEXT: -> [[#FINAL:]]
// CHECK: block [[#FINAL]]{{$}}
// CHECK-NEXT: call task::promise_type::final_suspend()
task thrown_out(bool b) {
  guard g;
  if (b)
    throw 3;
  co_return;
}

// What a constructor has finished ends when its body throws, or all of it if another
// constructor has finished it.
struct parts : temp {
  parts(int n);
  parts();
  guard first, second;
};
// CHECK-LABEL: function parts::parts
// CHECK: throw = 1
// CHECK-NEXT: call guard::~guard() on local 'l'
// CHECK-NEXT: lifetime-end local 'l'
// CHECK-NEXT: call guard::~guard() on this.second
// CHECK-NEXT: lifetime-end this.second
// CHECK-NEXT: call guard::~guard() on this.first
// CHECK-NEXT: lifetime-end this.first
// CHECK-NEXT: call temp::~temp() on this<temp>
parts::parts(int n) {
  guard l;
  if (n)
    throw 1;
}
// CHECK-LABEL: function parts::parts
// CHECK: throw = 2
// CHECK-NEXT: call parts::~parts() on this
// CHECK-NEXT: lifetime-end this
// CHECK-NEXT: unwind
parts::parts() : parts(1) { throw 2; }

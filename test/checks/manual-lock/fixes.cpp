// Edits where they are certain; what remains still compiles.
// RUN: rm -rf %t && mkdir %t && cp %s %t/fixes.cpp
// RUN: cd %t && (%gridlock check fixes.cpp --checks '-*,gridlock-manual-lock,gridlock-unawaited-task' --fix --quiet -- -std=c++20 || true) > out
// RUN: %FileCheck %s --strict-whitespace < %t/fixes.cpp
// RUN: cd %t && %clang -std=c++20 -fsyntax-only fixes.cpp
#include <coroutine>
#include <mutex>
struct task {
  struct promise_type {
    task get_return_object();
    std::suspend_always initial_suspend();
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
  task(task &&);
  ~task();
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
task save(int);
std::mutex Lock;
int Size;

// A name that is in use, here of a variable, is not taken.
int guard;
int result() {
  // CHECK:      {{^  }}std::lock_guard<std::mutex> guard2(Lock);{{$}}
  Lock.lock();
  int Now = ++Size + guard;
  // CHECK-NEXT: {{^  }}int Now = ++Size + guard;{{$}}
  // CHECK-NOT:  {{^ *Lock}}
  Lock.unlock();
  // CHECK:      {{^  }}return Now;{{$}}
  return Now;
}

void twice(bool First) {
  if (First) {
    // CHECK: {{^    }}std::lock_guard<std::mutex> guard2(Lock);{{$}}
    Lock.lock();
    ++Size;
    Lock.unlock();
  }
  // CHECK: {{^  }}std::lock_guard<std::mutex> guard3(Lock);{{$}}
  Lock.lock();
  --Size;
  Lock.unlock();
}

// What follows would run under the lock.
int after() {
  // CHECK: {{^  }}Lock.lock();{{$}}
  Lock.lock();
  ++Size;
  // CHECK: {{^  }}Lock.unlock();{{$}}
  Lock.unlock();
  return Size;
}

// So would a destructor.
void destroyed() {
  // CHECK: {{^  }}Lock.lock();{{$}}
  Lock.lock();
  task Kept = save(1);
  // CHECK: {{^  }}Lock.unlock();{{$}}
  Lock.unlock();
}

// Several ends.
void several(bool Early) {
  // CHECK: {{^  }}Lock.lock();{{$}}
  Lock.lock();
  if (Early) {
    Lock.unlock();
    return;
  }
  // CHECK: {{^  }}Lock.unlock();{{$}}
  Lock.unlock();
}

// A jump may not pass a guard.
void jumps(bool Early) {
  if (Early)
    goto Out;
  // CHECK: {{^  }}Lock.lock();{{$}}
  Lock.lock();
  ++Size;
  // CHECK: {{^  }}Lock.unlock();{{$}}
  Lock.unlock();
Out:;
}

// In front of the object that is called; not in front of what binds looser.
struct Saver {
  task operator()(int);
  task operator+(int);
};
task operators(Saver S) {
  // CHECK: {{^  }}co_await S(6);{{$}}
  S(6);
  // CHECK: {{^  }}S + 7;{{$}}
  S + 7;
  co_return;
}

// There is no co_await in a handler.
task discards() {
  // CHECK: {{^  }}co_await save(2);{{$}}
  save(2);
  try {
    // CHECK: {{^    }}co_await save(3);{{$}}
    save(3);
  } catch (int) {
    // CHECK: {{^    }}save(4);{{$}}
    save(4);
  }
  co_return;
}
// CHECK: {{^  }}save(5);{{$}}
void plain() {
  save(5);
}

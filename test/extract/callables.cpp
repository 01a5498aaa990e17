// Which function a callable is: lambdas of all kinds, wrappers, pointers, threads, overrides.
// RUN: %S/Inputs/facts %build %s -std=c++23 | %FileCheck %s
#include <functional>
#include <future>
#include <thread>
void use(int);
void over(int);
void over(double);
template <class T> void tmpl(T) { use(1); }
void take(void (*)(int));
struct object { int x; void go(int = 0); virtual void hook(); };
struct derived final : object { void hook() override; };

// CHECK-DAG: override derived::hook of object::hook

// CHECK-LABEL: function pointers
// CHECK: call take(callable over)
// CHECK: call take(callable over)
// CHECK: call take(callable tmpl)
// CHECK: call take(callable pointers::(lambda)::operator())
// CHECK: construct local 'm' = callable object::go
// CHECK: call ?(3) on local 'm' indirect
// CHECK: construct local 'f' = callable use
// CHECK: call ?(4) on local 'f' indirect
// CHECK: call ?(5) on local 'f' indirect
void pointers(object *o) {
  take(over);
  take(&over);
  take(tmpl<int>);
  take([](int) { use(2); });
  void (object::*m)(int) = &object::go;
  (o->*m)(3);
  void (*f)(int) = use;
  f(4);
  (*f)(5);
}

// CHECK-LABEL: function wrappers
// CHECK: construct local 'f' = callable wrappers::(lambda)::operator() [by-copy param 'o']
// CHECK: call std::function::operator()() on local 'f'
// CHECK: assign local 'f' = callable wrappers::(lambda)::operator() std::function::operator=()
// CHECK: construct local 'b' = callable object::go [by-copy param 'o', by-copy 7]
// CHECK: construct local 'r' = callable object::go [by-reference param 'o'->, by-copy 8]
// CHECK: construct local 'p' = callable object::go [by-copy param 'o', by-copy 9]
// CHECK: construct local 'g' = callable object::go [by-copy param 'o', by-copy 10]
// CHECK: call std::invoke(callable object::go, param 'o', 11)
void wrappers(object *o) {
  std::function<void()> f = [o] { o->go(); };
  f();
  f = [] { use(6); };
  auto b = std::bind(&object::go, o, 7);
  auto r = std::bind(&object::go, std::ref(*o), 8);
  auto p = std::bind_front(&object::go, o, 9);
  std::function<void()> g = std::bind(&object::go, o, 10);
  std::invoke(&object::go, o, 11);
}

// CHECK-LABEL: function threads
// CHECK: construct local 'a' std::thread::thread(callable object::go, param 'o', 12)
// CHECK: construct local 'b' std::jthread::jthread(callable threads::(lambda)::operator() [by-copy param 'o'])
// CHECK: call std::async(1 {std::launch::async}, callable use, 14)
// CHECK: call std::jthread::~jthread() on local 'b' implicit destructor
// CHECK: call std::thread::~thread() on local 'a' implicit destructor
void threads(object *o) {
  std::thread a(&object::go, o, 12);
  std::jthread b([o] { o->go(13); });
  (void)std::async(std::launch::async, use, 14);
}

// CHECK-LABEL: function dispatched
// CHECK: call object::hook() on param 'o'-> virtual
// CHECK: call object::hook() on param 'o'-> : void
// CHECK: call derived::hook() on param 'd' : void
// CHECK: call object::hook() on local 'l' : void
void dispatched(object *o, derived &d) {
  o->hook();
  o->object::hook();
  d.hook();
  object l;
  l.hook();
}

// CHECK-LABEL: function lambdas
// CHECK: construct local 'generic' = callable lambdas::(lambda)::operator()
// CHECK: call lambdas::(lambda)::operator()(1) on local 'generic'
// CHECK: call lambdas::(lambda)::operator()({{.*}}) on local 'generic'
// CHECK: construct local 'again' = callable lambdas::(lambda)::operator()
// CHECK: call lambdas::(lambda)::operator()(temporary {{.*}}, 3)
// CHECK: call lambdas::(lambda)::operator()() on temporary
void lambdas(int i, std::unique_ptr<int> u) {
  auto generic = [](auto x) { use(x); };
  generic(1);
  generic(2.0);
  auto again = [](this auto self, int n) -> void { if (n) self(n - 1); use(n); };
  again(3);
  [&, k = i + 1, v = std::move(u)] { use(k); use(i); }();
}
// CHECK-LABEL: function methods::run
// CHECK: callable methods::run::(lambda)::operator() [this &this]
// CHECK: callable methods::run::(lambda)::operator() [star-this this]
struct methods {
  int x;
  void run() {
    auto a = [this] { use(x); };
    auto b = [*this] { use(x); };
  }
};

// CHECK-LABEL: function lambdas::(lambda)::operator() lambda method template-instance
// CHECK: call use(param 'x')
// CHECK-LABEL: function lambdas::(lambda)::operator() lambda method template-instance
// CHECK: call use(param 'x')
// CHECK-LABEL: function lambdas::(lambda)::operator() lambda method template-instance
// CHECK: call lambdas::(lambda)::operator()(temporary
// CHECK-LABEL: function lambdas::(lambda)::operator() lambda method at
// CHECK-NEXT: capture 'k' by-copy : int
// CHECK-NEXT: capture 'v' by-move
// CHECK-NEXT: capture 'i' by-reference : int
// CHECK-LABEL: function methods::run::(lambda)::operator()
// CHECK: call use(capture 'this'->.x)
// CHECK-LABEL: function methods::run::(lambda)::operator()
// CHECK: call use(capture 'this'.x)

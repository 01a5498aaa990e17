// What attributes leave in the facts: of classes, members, globals, parameters and functions.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
struct __attribute__((capability("mutex"))) Mutex {
  void lock() __attribute__((acquire_capability()));
  bool try_lock() __attribute__((try_acquire_capability(true)));
};
extern Mutex First;
Mutex First;
Mutex Second __attribute__((acquired_after(First)));
// CHECK-DAG: attribute of Mutex: capability "mutex"
// CHECK-DAG: attribute of Second: acquired_after global 'First'
// CHECK-DAG: attribute of Mutex::lock: acquire_capability
// CHECK-DAG: attribute of Mutex::try_lock: try_acquire_capability 1
struct Account {
  Mutex Lock;
  Mutex Inner __attribute__((acquired_after(Lock)));
  int Sum __attribute__((guarded_by(Lock)));
  void begin() __attribute__((acquire_capability(Lock)));
  void with(Account *Other) __attribute__((requires_capability(Other->Lock)));
};
// CHECK-DAG: attribute of Account::Inner: acquired_after this.Lock
// CHECK-DAG: attribute of Account::Sum: guarded_by this.Lock
// CHECK-DAG: attribute of Account::begin: acquire_capability this.Lock
// CHECK-DAG: attribute of Account::with: requires_capability param 'Other'->.Lock
[[clang::annotate("early")]] void told();
void told();
void given([[clang::annotate("one")]] int A, int B);
void given(int A, [[clang::annotate("other")]] int B) {}
// CHECK-DAG: attribute of given parameter 'A': annotate "one"
// CHECK-DAG: attribute of given parameter 'B': annotate "other"
// CHECK-DAG: attribute of told: annotate "early"
void use(Account &A) {
  A.begin();
  A.with(&A);
  A.Lock.try_lock();
  Second.lock();
  told();
  given(1, 2);
}

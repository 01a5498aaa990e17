// Two instances of one class that were found by key: as shared pointers, through
// iterators and references, and locked by a guard of the program's own.
// RUN: %check_all gridlock-lock-order,gridlock-unguarded-state %s --
#include <map>
#include <memory>
#include <mutex>

struct Account {
  std::mutex Lock;
  int Money = 0;
};

class Bank {
  std::mutex Table;
  std::map<int, std::shared_ptr<Account>> All;
  std::map<int, Account> Values;
  std::map<int, Account *> Pointers;
  std::shared_ptr<Account> find(int Key) {
    std::lock_guard<std::mutex> Hold(Table);
    return All[Key];
  }
  std::shared_ptr<Account> open(int Money) {
    auto Made = std::make_shared<Account>();
    Made->Money = Money;
    return Made;
  }
  Account *pin(int Key) { return Pointers[Key]; }

public:
  void found_bad(int A, int B) {
    auto From = find(A);
    auto To = find(B);
    std::lock_guard<std::mutex> First(From->Lock);
    std::lock_guard<std::mutex> Second(To->Lock); // CHECK-DAG: fetched.cpp:[[@LINE]]:33: warning: two instances of 'Account::Lock' are taken in 'Bank::found_bad' in the order of its arguments
    --From->Money, ++To->Money;
  }
  void copied_bad(int A, int B) {
    auto From = All[A];
    auto To = All[B];
    std::lock_guard<std::mutex> First(From->Lock);
    std::lock_guard<std::mutex> Second(To->Lock); // CHECK-DAG: fetched.cpp:[[@LINE]]:33: warning: two instances of 'Account::Lock' are taken in 'Bank::copied_bad' in the order of its arguments
    --From->Money, ++To->Money;
  }
  void reference_bad(int A, int B) {
    Account &From = Values.at(A);
    Account &To = Values.at(B);
    std::lock_guard<std::mutex> First(From.Lock);
    std::lock_guard<std::mutex> Second(To.Lock); // CHECK-DAG: fetched.cpp:[[@LINE]]:33: warning: two instances of 'Account::Lock' are taken in 'Bank::reference_bad' in the order of its arguments
    --From.Money, ++To.Money;
  }
  void iterator_bad(int A, int B) {
    auto From = Values.find(A);
    auto To = Values.find(B);
    std::lock_guard<std::mutex> First(From->second.Lock);
    std::lock_guard<std::mutex> Second(To->second.Lock); // CHECK-DAG: fetched.cpp:[[@LINE]]:33: warning: two instances of 'Account::Lock' are taken in 'Bank::iterator_bad' in the order of its arguments
    --From->second.Money, ++To->second.Money;
  }

  void ordered_ok(int A, int B) {
    auto From = find(A < B ? A : B);
    auto To = find(A < B ? B : A);
    std::lock_guard<std::mutex> First(From->Lock);
    std::lock_guard<std::mutex> Second(To->Lock);
    --From->Money, ++To->Money;
  }
  void compared_ok(int A, int B) {
    if (A > B)
      return;
    auto From = All[A];
    auto To = All[B];
    std::lock_guard<std::mutex> First(From->Lock);
    std::lock_guard<std::mutex> Second(To->Lock);
    --From->Money, ++To->Money;
  }
  void together_ok(int A, int B) {
    Account &From = Values.at(A);
    Account &To = Values.at(B);
    std::scoped_lock Both(From.Lock, To.Lock);
    --From.Money, ++To.Money;
  }
  void gate_ok(int A, int B) {
    std::lock_guard<std::mutex> Hold(Table);
    auto From = Values.find(A);
    auto To = Values.find(B);
    std::lock_guard<std::mutex> First(From->second.Lock);
    std::lock_guard<std::mutex> Second(To->second.Lock);
    --From->second.Money, ++To->second.Money;
  }
  void made_ok(int A, int B) {
    auto From = open(A);
    auto To = open(B);
    std::lock_guard<std::mutex> First(From->Lock);
    std::lock_guard<std::mutex> Second(To->Lock);
    --From->Money, ++To->Money;
  }
  // What the locals hold later is not what was fetched.
  void reassigned_ok(int A, int B, bool Back) {
    auto From = All[A];
    auto To = All[B];
    if (Back)
      From.swap(To);
    std::lock_guard<std::mutex> First(From->Lock);
    std::lock_guard<std::mutex> Second(To->Lock);
    --From->Money, ++To->Money;
  }

  class Guard {
    std::mutex *Own;

  public:
    explicit Guard(std::mutex *M) : Own(M) {
      Own->lock();
    }
    ~Guard() { Own->unlock(); }
  };
  void guarded_bad(int A, int B) {
    Account *From = pin(A);
    Account *To = pin(B);
    Guard First(&From->Lock);
    Guard Second(&To->Lock); // CHECK-DAG: fetched.cpp:[[@LINE]]:11: warning: two instances of 'Account::Lock' are taken in 'Bank::guarded_bad' in the order of its arguments
    --From->Money, ++To->Money;
  }
  void guarded_ok(int A, int B) {
    if (A > B)
      return;
    Account *From = pin(A);
    Account *To = pin(B);
    Guard First(&From->Lock);
    Guard Second(&To->Lock);
    --From->Money, ++To->Money;
  }
};
void use(Bank &B) { B.found_bad(1, 2); }

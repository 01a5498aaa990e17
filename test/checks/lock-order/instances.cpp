// Two objects of one class.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Account {
  std::mutex Lock;
  int Id;
  Account *Next;

  int balance() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Id;
  }
  void add_bad(Account &Other) {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK: instances.cpp:[[@LINE+1]]:17: warning: two instances of 'Account::Lock' are taken in 'Account::add_bad' in the order of its arguments
    Id += Other.balance();
  }
  Account();
  Account(Account &&Other) {
    std::lock_guard<std::mutex> Own(Lock);
    std::lock_guard<std::mutex> Its(Other.Lock);
  }
};

void transfer_bad(Account &From, Account &To) {
  std::lock_guard<std::mutex> First(From.Lock);
  // CHECK: instances.cpp:[[@LINE+1]]:31: warning: two instances of 'Account::Lock' are taken in 'transfer_bad' in the order of its arguments
  std::lock_guard<std::mutex> Second(To.Lock);
}

// That they differ says nothing about their order.
void not_same_bad(Account *From, Account *To) {
  if (From == To)
    return;
  From->Lock.lock();
  // CHECK: instances.cpp:[[@LINE+1]]:12: warning: two instances of 'Account::Lock' are taken in 'not_same_bad' in the order of its arguments
  To->Lock.lock();
  To->Lock.unlock();
  From->Lock.unlock();
}

void together_ok(Account &From, Account &To) {
  std::scoped_lock<std::mutex, std::mutex> Both(From.Lock, To.Lock);
}

void by_address_ok(Account &From, Account &To) {
  if (&From < &To) {
    From.Lock.lock();
    To.Lock.lock();
  } else {
    To.Lock.lock();
    From.Lock.lock();
  }
  From.Lock.unlock();
  To.Lock.unlock();
}

void by_number_ok(Account &From, Account &To) {
  unsigned long F = reinterpret_cast<unsigned long>(&From);
  unsigned long T = reinterpret_cast<unsigned long>(&To);
  if (F < T) {
    From.Lock.lock();
    To.Lock.lock();
  } else {
    To.Lock.lock();
    From.Lock.lock();
  }
  From.Lock.unlock();
  To.Lock.unlock();
}

void by_id_ok(Account &From, Account &To) {
  Account &Low = From.Id < To.Id ? From : To;
  Account &High = From.Id < To.Id ? To : From;
  std::lock_guard<std::mutex> First(Low.Lock);
  std::lock_guard<std::mutex> Second(High.Lock);
}

bool before(const Account &A, const Account &B);
void by_question_ok(Account &From, Account &To) {
  Account *Low = &From, *High = &To;
  if (before(To, From)) {
    Low = &To;
    High = &From;
  }
  std::lock_guard<std::mutex> First(Low->Lock);
  std::lock_guard<std::mutex> Second(High->Lock);
}

std::mutex All;
void under_one_lock_ok(Account &From, Account &To) {
  std::lock_guard<std::mutex> Hold(All);
  std::lock_guard<std::mutex> First(From.Lock);
  std::lock_guard<std::mutex> Second(To.Lock);
}

void hand_over_hand_ok(Account *At) {
  At->Lock.lock();
  At->Next->Lock.lock();
  At->Lock.unlock();
  At->Next->Lock.unlock();
}

struct Shared {
  std::shared_mutex Lock;
};
void readers_ok(Shared &One, Shared &Two) {
  std::shared_lock<std::shared_mutex> First(One.Lock);
  std::shared_lock<std::shared_mutex> Second(Two.Lock);
}

// Elements that two arguments name.
struct Stripes {
  std::mutex Locks[16];
  int Values[16];

  void swap_bad(unsigned One, unsigned Other) {
    std::lock_guard<std::mutex> First(Locks[One]);
    // CHECK: instances.cpp:[[@LINE+1]]:33: warning: two instances of 'Stripes::Locks[...]' are taken in 'Stripes::swap_bad' in the order of its arguments
    std::lock_guard<std::mutex> Second(Locks[Other]);
  }
  // Only that they are two elements is asked.
  void other_bad(unsigned One, unsigned Other) {
    if (One == Other || Values[One] < 0)
      return;
    std::lock_guard<std::mutex> First(Locks[One]);
    // CHECK: instances.cpp:[[@LINE+1]]:33: warning: two instances of 'Stripes::Locks[...]' are taken in 'Stripes::other_bad' in the order of its arguments
    std::lock_guard<std::mutex> Second(Locks[Other]);
  }
  void swap_ok(unsigned One, unsigned Other) {
    if (Other < One) {
      swap_ok(Other, One);
      return;
    }
    std::lock_guard<std::mutex> First(Locks[One]);
    std::lock_guard<std::mutex> Second(Locks[Other]);
  }
  void next_ok(unsigned One) {
    std::lock_guard<std::mutex> First(Locks[One]);
    std::lock_guard<std::mutex> Second(Locks[One + 1]);
  }
  void table_ok(unsigned Row, unsigned Column) {
    std::lock_guard<std::mutex> First(Locks[Row]);
    std::lock_guard<std::mutex> Second(Locks[Column + 8]);
  }
  std::mutex Whole;
  void gated_ok(unsigned One, unsigned Other) {
    std::lock_guard<std::mutex> Hold(Whole);
    std::lock_guard<std::mutex> First(Locks[One]);
    std::lock_guard<std::mutex> Second(Locks[Other]);
  }
  // Who calls it has put them in order.
  void inOrder_ok(unsigned Low, unsigned High) {
    std::lock_guard<std::mutex> First(Locks[Low]);
    std::lock_guard<std::mutex> Second(Locks[High]);
  }
  void ordered_ok(unsigned One, unsigned Other) {
    if (One < Other)
      inOrder_ok(One, Other);
    else
      inOrder_ok(Other, One);
  }
};
// Elements that a getter fetches for two arguments.
struct Bank {
  Account *Slots[64];
  Account &at(unsigned Number) { return *Slots[Number]; }
  Account *find(unsigned Number) {
    return Number < 64 ? Slots[Number] : nullptr;
  }

  void at_bad(unsigned One, unsigned Other) {
    Account &From = at(One), &To = at(Other);
    std::lock_guard<std::mutex> First(From.Lock);
    // CHECK: instances.cpp:[[@LINE+1]]:33: warning: two instances of 'Account::Lock' are taken in 'Bank::at_bad' in the order of its arguments
    std::lock_guard<std::mutex> Second(To.Lock);
  }
  void find_bad(unsigned One, unsigned Other) {
    Account *From = find(One), *To = find(Other);
    if (!From || !To || One == Other)
      return;
    std::lock_guard<std::mutex> First(From->Lock);
    // CHECK: instances.cpp:[[@LINE+1]]:33: warning: two instances of 'Account::Lock' are taken in 'Bank::find_bad' in the order of its arguments
    std::lock_guard<std::mutex> Second(To->Lock);
  }
  void byNumber_ok(unsigned One, unsigned Other) {
    if (Other < One) {
      byNumber_ok(Other, One);
      return;
    }
    Account &From = at(One), &To = at(Other);
    std::lock_guard<std::mutex> First(From.Lock);
    std::lock_guard<std::mutex> Second(To.Lock);
  }
  void byAddress_ok(unsigned One, unsigned Other) {
    Account &From = at(One), &To = at(Other);
    if (&From < &To) {
      std::lock_guard<std::mutex> First(From.Lock);
      std::lock_guard<std::mutex> Second(To.Lock);
    } else {
      std::lock_guard<std::mutex> First(To.Lock);
      std::lock_guard<std::mutex> Second(From.Lock);
    }
  }
  void byId_ok(unsigned One, unsigned Other) {
    Account *From = find(One), *To = find(Other);
    if (From->Id < To->Id) {
      std::lock_guard<std::mutex> First(From->Lock);
      std::lock_guard<std::mutex> Second(To->Lock);
    }
  }
  void inTurn_ok(unsigned One, unsigned Other) {
    { std::lock_guard<std::mutex> First(at(One).Lock); }
    std::lock_guard<std::mutex> Second(at(Other).Lock);
  }
  void both_ok(unsigned One, unsigned Other) {
    std::scoped_lock Both(at(One).Lock, at(Other).Lock);
  }
};
// CHECK-NOT: warning: two instances

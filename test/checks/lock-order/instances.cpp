// Two objects of one class; shown from the strict profile on.
// RUN: %check_all lock-order %s --profile strict -- -I%S/../Inputs
#include "mock/sync.h"

struct Account {
  std::mutex Lock;
  int Id;
};

void transfer_bad(Account &From, Account &To) {
  std::lock_guard<std::mutex> First(From.Lock);
  // CHECK: instances.cpp:[[@LINE+1]]:31: warning: two instances of 'Account::Lock' are taken in 'transfer_bad' in the order of its arguments
  std::lock_guard<std::mutex> Second(To.Lock);
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

void by_id_ok(Account &From, Account &To) {
  Account &Low = From.Id < To.Id ? From : To;
  Account &High = From.Id < To.Id ? To : From;
  std::lock_guard<std::mutex> First(Low.Lock);
  std::lock_guard<std::mutex> Second(High.Lock);
}

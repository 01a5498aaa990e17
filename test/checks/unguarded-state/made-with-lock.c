// What gives an object the lock that it refers to makes the object.
// RUN: %check_all unguarded-state %s --
#include <pthread.h>

struct Item {
  pthread_mutex_t *Lock;
  int Count;
};
static pthread_mutex_t Locks[8];
int read_item(struct Item *I) {
  pthread_mutex_lock(I->Lock);
  int Result = I->Count;
  pthread_mutex_unlock(I->Lock);
  return Result;
}
void add(struct Item *I) {
  pthread_mutex_lock(I->Lock);
  I->Count++;
  pthread_mutex_unlock(I->Lock);
}
void seed_ok(struct Item *I, int Which) {
  I->Lock = &Locks[Which];
  I->Count = 0;
}
void both_bad(struct Item *I, struct Item *Other) {
  Other->Lock = I->Lock;
  I->Count = 0; // CHECK: made-with-lock.c:[[@LINE]]:6: warning: 'Item::Count' is written in 'both_bad' without 'Item::Lock->', which 2 of the 3 functions that use it hold
}

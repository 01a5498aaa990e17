// Helpers that pick an element, lock it and return it.
// RUN: %check_all gridlock-lock-leak,gridlock-blocking-under-lock %s --
#include <pthread.h>
#include <unistd.h>

struct Shard {
  pthread_mutex_t Lock;
  int Count;
};
static struct Shard Shards[16];

static struct Shard *acquire(unsigned Hash) {
  struct Shard *Found = &Shards[Hash % 16];
  pthread_mutex_lock(&Found->Lock);
  return Found;
}
static struct Shard *acquire_at(unsigned Index) {
  struct Shard *Found = &Shards[Index];
  pthread_mutex_lock(&Found->Lock);
  return Found;
}
static void release(struct Shard *Found) { pthread_mutex_unlock(&Found->Lock); }

int add_bad(unsigned Hash, int By) {
  // CHECK-DAG: picked.c:[[@LINE+1]]:25: warning: lock 'Shard::Lock' stays locked when 'add_bad' returns early, but is released on other paths
  struct Shard *Found = acquire(Hash);
  if (Found->Count > 1000)
    return -1;
  Found->Count += By;
  release(Found);
  return 0;
}
int add_ok(unsigned Hash, int By) {
  struct Shard *Found = acquire(Hash);
  if (Found->Count > 1000) {
    release(Found);
    return -1;
  }
  Found->Count += By;
  release(Found);
  return 0;
}
int index_bad(unsigned Which) {
  // CHECK-DAG: picked.c:[[@LINE+1]]:25: warning: lock 'Shard::Lock' stays locked when 'index_bad' returns early, but is released on other paths
  struct Shard *Found = acquire_at(Which);
  if (Found->Count > 1000)
    return -1;
  pthread_mutex_unlock(&Found->Lock);
  return 0;
}
int index_ok(unsigned Which) {
  struct Shard *Found = acquire_at(Which);
  int Count = Found->Count;
  pthread_mutex_unlock(&Shards[Which].Lock);
  return Count;
}
void sleep_bad(unsigned Which) {
  struct Shard *Found = acquire_at(Which);
  // CHECK-DAG: picked.c:[[@LINE+1]]:3: warning: 'sleep' blocks while 'Shard::Lock' is held in 'sleep_bad'
  sleep(1);
  release(Found);
}
void sleep_ok(unsigned Which) {
  struct Shard *Found = acquire_at(Which);
  release(Found);
  sleep(1);
}
void both_ok(unsigned From, unsigned To) {
  struct Shard *First = acquire_at(From);
  First->Count--;
  release(First);
  struct Shard *Second = acquire_at(To);
  Second->Count++;
  release(Second);
}
struct Shard *handed_ok(unsigned Hash) {
  struct Shard *Found = acquire(Hash);
  Found->Count++;
  return Found;
}
void handed_back_ok(unsigned Hash) { release(handed_ok(Hash)); }

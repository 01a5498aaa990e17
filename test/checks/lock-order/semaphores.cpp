// Semaphores of one token that whoever gives it back has taken are locks; those that
// others give tokens are signals.
// RUN: %check_all gridlock-lock-order,gridlock-self-deadlock,gridlock-lock-leak,gridlock-manual-lock %s -- -std=c++20
#include <mutex>
#include <semaphore.h>
#include <semaphore>

class Store {
  std::binary_semaphore Rows{1}, Index{1};
  std::mutex Names;
  int Count = 0;

public:
  void add_bad() {
    Rows.acquire();
    // CHECK-DAG: semaphores.cpp:[[@LINE+1]]:11: warning: locks 'Store::Index' and 'Store::Rows' are taken in opposite orders
    Index.acquire();
    ++Count;
    Index.release();
    Rows.release();
  }
  void remove_bad() {
    Index.acquire();
    Rows.acquire();
    --Count;
    Rows.release();
    Index.release();
  }
  void twice_bad() {
    Rows.acquire();
    // CHECK-DAG: semaphores.cpp:[[@LINE+1]]:5: warning: lock 'Store::Rows' is taken in 'Store::reset' while the same thread holds it already
    reset();
    Rows.release();
  }
  void after_ok() {
    Rows.acquire();
    Rows.release();
    reset();
  }
  void tried_ok() {
    Index.acquire();
    if (Rows.try_acquire()) {
      ++Count;
      Rows.release();
    }
    Index.release();
  }
  void rename_bad() {
    std::lock_guard<std::mutex> Hold(Names);
    Rows.acquire();
    Rows.release();
  }
  void name_bad() {
    Rows.acquire();
    {
      // CHECK-DAG: semaphores.cpp:[[@LINE+1]]:35: warning: locks 'Store::Names' and 'Store::Rows' are taken in opposite orders
      std::lock_guard<std::mutex> Hold(Names);
      ++Count;
    }
    Rows.release();
  }

private:
  void reset() {
    Rows.acquire();
    Count = 0;
    Rows.release();
  }
};
Store TheStore;

namespace posix {
sem_t A, B;
void start() {
  sem_init(&A, 0, 1);
  sem_init(&B, 0, 1);
}
void ab_bad() {
  while (sem_wait(&A) != 0)
    ;
  // CHECK-DAG: semaphores.cpp:[[@LINE+1]]:3: warning: locks 'posix::A' and 'posix::B' are taken in opposite orders
  sem_wait(&B);
  sem_post(&B);
  sem_post(&A);
}
void ba_bad() {
  sem_wait(&B);
  sem_wait(&A);
  sem_post(&A);
  sem_post(&B);
}
void failed_ok() {
  if (sem_wait(&A) == -1) {
    sem_wait(&A);
    sem_post(&A);
    return;
  }
  sem_post(&A);
}
} // namespace posix

// Turns: each gives the other its token.
class Turns {
  std::binary_semaphore Ping{1}, Pong{1};

public:
  void ping_ok() {
    Ping.acquire();
    Pong.release();
  }
  void pong_ok() {
    Pong.acquire();
    Ping.acquire();
    Ping.release();
  }
  void both_ok() {
    Ping.acquire();
    Pong.acquire();
    Pong.release();
    Ping.release();
    Ping.acquire();
    Ping.acquire();
    Ping.release();
  }
};
Turns TheTurns;

// More than one token, none, or who knows how many.
class Pool {
  std::counting_semaphore<4> Free{4}, Ready{0};
  std::counting_semaphore<4> Some;

public:
  explicit Pool(int Count) : Some(Count) {}
  void twice_ok() {
    Free.acquire();
    Free.acquire();
    Free.release();
    Free.release();
    Some.acquire();
    Some.acquire();
    Some.release();
  }
  void wait_ok() {
    Ready.acquire();
    Ready.release();
    Ready.acquire();
  }
};
Pool ThePool(3);

// Handed on: who knows what is done with it.
void giveTo(std::binary_semaphore &S);
class Shared {
  std::binary_semaphore Gate{1};

public:
  void lend() { giveTo(Gate); }
  void twice_ok() {
    Gate.acquire();
    Gate.acquire();
    Gate.release();
  }
};
Shared TheShared;

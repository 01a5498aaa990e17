// Callbacks that are invoked under a lock, in the strict profile.
// RUN: %check_all callback-under-lock %s --profile strict -- -I%S/../Inputs
#include "mock/function.h"
#include "mock/sync.h"

struct Source {
  std::mutex Lock;
  std::function<void(int)> Listener;
  int Last;

  void publish_bad(int Event) {
    std::lock_guard<std::mutex> Hold(Lock);
    Last = Event;
    // CHECK: callbacks.cpp:[[@LINE+2]]:5: warning: callback 'Source::Listener' is invoked in 'Source::publish_bad' while lock 'Source::Lock' is held: if it calls 'Source::publish_ok', which takes that lock, it waits for its own thread for ever; instead: copy what it needs and invoke it after the release
    // CHECK: callbacks.cpp:[[@LINE-3]]:33: note: 'Source::publish_bad' takes 'Source::Lock' here
    Listener(Event);
  }

  void publish_ok(int Event) {
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Last = Event;
    }
    Listener(Event);
  }

  void unlocked_ok(int Event) {
    std::unique_lock<std::mutex> Hold(Lock);
    Last = Event;
    Hold.unlock();
    Listener(Event);
  }
};

// Nobody else takes the lock: only what the callback may do elsewhere is left.
struct Alone {
  std::mutex Lock;
  std::function<void(int)> Listener;

  void publish_bad(int Event) {
    std::lock_guard<std::mutex> Hold(Lock);
    Listener(Event); // CHECK: callbacks.cpp:[[@LINE]]:5: warning: callback 'Alone::Listener' is invoked in 'Alone::publish_bad' while lock 'Alone::Lock' is held: if it takes that lock, or waits for a thread that does, neither goes on
  }
};

struct Less {
  bool operator()(int A, int B) const { return A < B; }
};

std::mutex Table;

// What is called is known.
void resolved_ok(Less Before) {
  std::lock_guard<std::mutex> Hold(Table);
  Before(1, 2);
  auto Local = [] {};
  Local();
}

template <typename F> void with_lock(F Action) {
  std::lock_guard<std::mutex> Hold(Table);
  Action();
}

void handed_over_ok() {
  with_lock([] {});
}

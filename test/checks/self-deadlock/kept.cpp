// What an object keeps and calls comes back to the object itself: callbacks that
// were handed to it, and parts of it that know it.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/function.h"
#include "mock/sync.h"

class Timer {
public:
  void arm(std::function<void()> F) {
    std::lock_guard<std::mutex> Hold(Lock);
    Callback = F;
  }
  void cancel() { std::lock_guard<std::mutex> Hold(Lock); }
  void fire_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    Callback(); // CHECK: kept.cpp:[[@LINE]]:5: warning: lock 'Timer::Lock' is taken in 'Timer::cancel' while the same thread holds it already
  }
  void fire_ok() {
    std::function<void()> Now;
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Now = Callback;
    }
    Now();
  }

private:
  std::mutex Lock;
  std::function<void()> Callback;
};

class Session {
public:
  explicit Session(Timer &T) : Clock(T) {
    Clock.arm([this] { Clock.cancel(); });
  }

private:
  Timer &Clock;
};

// The callback that is kept is for another object of the class.
class Relay {
public:
  void set(std::function<void()> F) {
    std::lock_guard<std::mutex> Hold(Lock);
    Callback = F;
  }
  void stop() { std::lock_guard<std::mutex> Hold(Lock); }
  void fire_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Callback();
  }

private:
  std::mutex Lock;
  std::function<void()> Callback;
};
struct Chain {
  Chain(Relay &First, Relay &Second) {
    First.set([&Second] { Second.stop(); });
  }
};

// Parts that know the object that holds them.
class Server;
class Connection {
public:
  explicit Connection(Server &S) : Owner(S) {}
  void close();
  void send();

private:
  Server &Owner;
};
class Server {
public:
  void remove() { std::lock_guard<std::mutex> Hold(Lock); }
  void closeAll_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    First->close(); // CHECK: kept.cpp:[[@LINE]]:12: warning: lock 'Server::Lock' is taken in 'Server::remove' while the same thread holds it already
  }
  void sendAll_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    First->send();
  }

private:
  std::mutex Lock;
  Connection *First;
};
void Connection::close() { Owner.remove(); }
void Connection::send() {}

// The next of a list is another object.
class Node {
public:
  void touch() { std::lock_guard<std::mutex> Hold(Lock); }
  void both_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Next->touch();
  }

private:
  std::mutex Lock;
  Node *Next;
};

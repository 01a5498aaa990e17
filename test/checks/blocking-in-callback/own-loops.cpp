// Event loops that the program wrote itself: what runs between two waits for many
// descriptors holds up all of them.
// RUN: %check_all blocking-in-callback %s -- -isystem %S/../Inputs/mock
#include <asio_kept.h>

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

class Reactor {
public:
  void add(std::function<void()> F) { Handlers.push_back(std::move(F)); }
  void run(int Epoll) {
    sleep(1); // before the loop
    epoll_event Events[8];
    while (!Quit) {
      int N = epoll_wait(Epoll, Events, 8, -1);
      for (int I = 0; I < N; ++I)
        Handlers[Events[I].data.fd]();
    }
    sleep(1); // after it
  }

private:
  bool Quit = false;
  std::vector<std::function<void()>> Handlers;
};
void run_ok(Reactor &R) {
  std::thread Runner([&R] { R.run(3); });
  Runner.join();
}
void handler_bad(Reactor &R) {
  R.add([] {});
  // CHECK: own-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  R.add([] { sleep(1); });
}

// The wait stands in a function of its own, behind an interface.
struct Channel {
  std::function<void()> Read;
};
struct Poller {
  virtual ~Poller();
  virtual int wait(Channel **Ready) = 0;
};
struct EpollPoller : Poller {
  int Epoll;
  int wait(Channel **Ready) override {
    epoll_event Events[8];
    int N = epoll_wait(Epoll, Events, 8, 10000);
    for (int I = 0; I < N; ++I)
      Ready[I] = static_cast<Channel *>(Events[I].data.ptr);
    return N;
  }
};
void loop_bad(Poller &P) {
  Channel *Ready[8];
  for (;;) {
    int N = P.wait(Ready);
    for (int I = 0; I < N; ++I)
      Ready[I]->Read();
  }
}
struct Server {
  Channel C;
  Server() {
    C.Read = [this] { onRead(); };
  }
  // CHECK: own-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop
  void onRead() const { usleep(1000); }
};

// Called directly.
static void serve(int) {
  // CHECK: own-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  sleep(1);
}
void direct_bad(int Epoll) {
  epoll_event Events[8];
  for (;;) {
    int N = epoll_wait(Epoll, Events, 8, -1);
    for (int I = 0; I < N; ++I)
      serve(Events[I].data.fd);
  }
}

struct Source {
  virtual ~Source();
  virtual void ready() = 0;
};
struct Slow : Source {
  // CHECK: own-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  void ready() override { sleep(1); }
};
void poll_bad(pollfd *Fds, unsigned long Count, Source **Sources) {
  while (poll(Fds, Count, -1) > 0)
    for (unsigned long I = 0; I < Count; ++I)
      if (Fds[I].revents)
        Sources[I]->ready();
}

// A client that waits for its one connection is no loop.
static void backOff() { sleep(1); }
bool client_ok(int Fd) {
  pollfd P{Fd, POLLIN, 0};
  for (int Try = 0; Try < 3; ++Try) {
    if (poll(&P, 1, 100) > 0)
      return true;
    backOff();
  }
  return false;
}

// Nothing but the wait is repeated.
int wait_ok(int Epoll, epoll_event *Events) {
  int N;
  do
    N = epoll_wait(Epoll, Events, 8, -1);
  while (N < 0);
  sleep(1);
  return N;
}

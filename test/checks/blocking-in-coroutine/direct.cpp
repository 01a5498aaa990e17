// Calls in the coroutine's own body: flags, descriptors and kinds of coroutines.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

char Buffer[16];

task sleeps_bad() {
  // CHECK: direct.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'sleeps_bad'; instead: {{.*}}[gridlock-blocking-in-coroutine]
  sleep(1);
  co_return;
}

void plain_ok() { sleep(1); }

generator yields_ok() {
  sleep(1);
  co_yield 1;
}

fire_and_forget detached_bad() {
  // CHECK: direct.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'detached_bad'
  sleep(1);
  co_return;
}

task flags_ok(int Fd, pollfd *Fds) {
  recv(Fd, Buffer, sizeof Buffer, MSG_DONTWAIT);
  recv(Fd, Buffer, sizeof Buffer, MSG_PEEK | MSG_DONTWAIT);
  poll(Fds, 1, 0);
  co_return;
}

task timeout_bad(pollfd *Fds) {
  // CHECK: direct.cpp:[[@LINE+1]]:3: warning: 'poll' blocks the event loop
  poll(Fds, 1, -1);
  co_return;
}

// The mode of a parameter is unknown: of medium precision, so not shown by default.
task parameter_ok(int Fd) {
  read(Fd, Buffer, sizeof Buffer);
  co_return;
}

task socket_ok() {
  int Fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  read(Fd, Buffer, sizeof Buffer);
  co_return;
}

task socket_bad() {
  int Fd = socket(AF_INET, SOCK_STREAM, 0);
  // CHECK: direct.cpp:[[@LINE+1]]:3: warning: 'read' blocks the event loop
  read(Fd, Buffer, sizeof Buffer);
  co_return;
}

task fcntl_ok() {
  int Fd = socket(AF_INET, SOCK_STREAM, 0);
  fcntl(Fd, F_SETFL, fcntl(Fd, F_GETFL) | O_NONBLOCK);
  read(Fd, Buffer, sizeof Buffer);
  co_return;
}

void make_nonblocking(int Fd);

task helper_ok() {
  int Fd = socket(AF_INET, SOCK_STREAM, 0);
  make_nonblocking(Fd);
  read(Fd, Buffer, sizeof Buffer);
  co_return;
}

// Same name, other function: what is awaited starts an operation.
struct stream {
  task read(int, char *, unsigned long);
};
task awaited_ok(stream &S) { co_await S.read(0, Buffer, 1); }

// A short critical section is normal: of medium precision.
std::mutex Mutex;
task lock_ok() {
  std::lock_guard<std::mutex> Guard(Mutex);
  co_return;
}

task unevaluated_ok() {
  static_assert(sizeof(sleep(1)) == sizeof(unsigned));
  if constexpr (false)
    sleep(1);
  co_return;
}

task suppressed_ok() {
  sleep(1); // NOLINT(gridlock-blocking-in-coroutine)
  // NOLINTNEXTLINE
  sleep(1);
  co_return;
}

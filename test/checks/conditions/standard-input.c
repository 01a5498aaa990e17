// Standard input, output and error are descriptors like others: made non-blocking
// in one function and read in another, or asked by poll.
// RUN: %check_all gridlock-blocking-in-callback %s -- -I%root/runtime-monitor/include
#include <gridlock/annotations.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static char buffer[64];

static void set_nonblocking(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int kept; // the mode that standard error had

void set_up(void) {
  set_nonblocking(STDIN_FILENO);
  kept = fcntl(STDERR_FILENO, F_GETFL);
  fcntl(STDERR_FILENO, F_SETFL, kept | O_NONBLOCK);
}
void restore(void) { fcntl(STDERR_FILENO, F_SETFL, kept); }

GRIDLOCK_RUNS_ON_LOOP void keys_ok(void) {
  read(STDIN_FILENO, buffer, sizeof buffer);
}
GRIDLOCK_RUNS_ON_LOOP void restored_ok(void) {
  read(STDERR_FILENO, buffer, sizeof buffer);
}
GRIDLOCK_RUNS_ON_LOOP void never_set_bad(void) {
  // CHECK: standard-input.c:[[@LINE+1]]:3: warning: 'read' blocks
  read(STDOUT_FILENO, buffer, sizeof buffer);
}

GRIDLOCK_RUNS_ON_LOOP void polled_ok(void) {
  struct pollfd asked = {STDOUT_FILENO, POLLIN, 0};
  if (poll(&asked, 1, 0) > 0)
    read(STDOUT_FILENO, buffer, sizeof buffer);
}
GRIDLOCK_RUNS_ON_LOOP void polled_in_vain_bad(void) {
  struct pollfd asked = {STDOUT_FILENO, POLLIN, 0};
  if (poll(&asked, 1, 0) > 0)
    buffer[0] = 0;
  // CHECK: standard-input.c:[[@LINE+1]]:3: warning: 'read' blocks
  read(STDOUT_FILENO, buffer, sizeof buffer);
}
GRIDLOCK_RUNS_ON_LOOP void read_twice_bad(void) {
  struct pollfd asked = {STDOUT_FILENO, POLLIN, 0};
  if (poll(&asked, 1, 0) > 0) {
    read(STDOUT_FILENO, buffer, sizeof buffer);
    // CHECK: standard-input.c:[[@LINE+1]]:5: warning: 'read' blocks
    read(STDOUT_FILENO, buffer, sizeof buffer);
  }
}
GRIDLOCK_RUNS_ON_LOOP void blocking_here_bad(void) {
  fcntl(STDIN_FILENO, F_SETFL, 0);
  // CHECK: standard-input.c:[[@LINE+1]]:3: warning: 'read' blocks
  read(STDIN_FILENO, buffer, sizeof buffer);
  set_nonblocking(STDIN_FILENO);
}

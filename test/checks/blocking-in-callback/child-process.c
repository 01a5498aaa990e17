// What a child process does after fork doesn't hold the parent's loop up.
// RUN: %check_all gridlock-blocking-in-callback %s
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child = -1;

static int dump_ok(int fd) { return fsync(fd); }

static void save_ok(int fd) {
  if ((child = fork()) == 0) {
    dump_ok(fd);
    _exit(0);
  }
}
static void spawn_ok(void) {
  pid_t pid = fork();
  if (pid < 0)
    return;
  if (pid == 0) {
    sleep(2);
    execl("/bin/true", "true", NULL);
    _exit(127);
  }
  waitpid(pid, NULL, WNOHANG);
}
static void plain_ok(void) {
  if (!fork()) {
    sleep(3);
    exit(0);
  }
}
static void cases_ok(void) {
  switch (fork()) {
  case -1:
    return;
  case 0:
    sleep(4);
    _exit(0);
  default:
    break;
  }
}

static void waits_bad(void) {
  pid_t pid = fork();
  if (pid == 0)
    _exit(0);
  // CHECK: child-process.c:[[@LINE+1]]:3: warning: 'waitpid' blocks the event loop
  waitpid(pid, NULL, 0);
}
static void failed_bad(void) {
  pid_t pid = fork();
  if (pid < 0)
    // CHECK: child-process.c:[[@LINE+1]]:5: warning: 'sleep' blocks the event loop
    sleep(5);
  else if (pid == 0)
    _exit(0);
}
static void both_bad(int fd) {
  if (fork() == 0)
    setsid();
  // The parent gets here as well.
  // CHECK: child-process.c:[[@LINE+1]]:3: warning: 'fsync' blocks the event loop
  fsync(fd);
}

int main(void) {
  struct epoll_event events[4];
  int poll = epoll_create1(0);
  for (;;) {
    int count = epoll_wait(poll, events, 4, -1);
    for (int i = 0; i < count; i++)
      switch (events[i].data.fd) {
      case 1: save_ok(3); break;
      case 2: spawn_ok(); break;
      case 3: plain_ok(); break;
      case 4: cases_ok(); break;
      case 5: waits_bad(); break;
      case 6: failed_bad(); break;
      default: both_bad(4); break;
      }
  }
}

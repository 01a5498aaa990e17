// In a program with one thread the monitor's thread shares no descriptors: it keeps none open, is not
// hurt when the program closes all of them, still tells what a call that doesn't end waits on, and
// what the program does at its end on its last thread it does with its own descriptors.
// RUN: %victim %s -o %t.exe && rm -rf %t.r
// RUN: %gridlock run --output %t.r/a -- %t.exe never
// RUN: %gridlock report %t.r/a --format json --output %t.json
// RUN: %expect %t.json "' (unix socket at @gridlock-test)' in said('never_bad')" \
// RUN:   "named('never_bad')['unfinished'] and named('closedAll_bad')['count'] == 1" "summary['remarks'] == []"
// RUN: %gridlock run --output %t.r/b -- %t.exe thread | %FileCheck %s
// RUN: %gridlock report %t.r/b --format json --output %t.json
// RUN: %expect %t.json "named('inLastThread_bad')['count'] == 1" "summary['remarks'] == []"
// CHECK: the end, with descriptors
#include "loop.h"
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>

#define APART [[gnu::noinline]]
namespace fs = std::filesystem;

static bool hasOpen(const fs::path &Task, const std::string &What) {
  for (const auto &Fd : fs::directory_iterator(Task / "fd"))
    if (std::error_code Gone; fs::read_symlink(Fd.path(), Gone) == What)
      return true;
  return false;
}
static std::string pipeOf(int Fd) { return fs::read_symlink("/proc/self/fd/" + std::to_string(Fd)); }

/// True once the one other thread doesn't have it open.
static bool onlyMine(const std::string &What) {
  for (int I = 0; I < 500; ++I) {
    int Others = 0, Sharing = 0;
    for (const auto &Task : fs::directory_iterator("/proc/self/task"))
      if (Task.path().filename() != std::to_string(getpid())) {
        ++Others;
        Sharing += hasOpen(Task.path(), What);
      }
    if (Others == 1 && Sharing == 0)
      return true;
    usleep(10000);
  }
  return false;
}

static void need(bool Is, const char *What) {
  if (Is)
    return;
  std::fprintf(stderr, "not so: %s\n", What);
  _exit(9);
}

APART void closedAll_bad() { usleep(150000); asm(""); }
APART void never_bad(int Fd) {
  char Byte;
  if (read(Fd, &Byte, 1) != 0)
    asm("");
  asm("");
}
APART void inLastThread_bad() { usleep(150000); asm(""); }

static bool lockedForOthers(int Fd) {
  const pid_t Child = fork();
  if (Child == 0) {
    struct flock Lock{};
    Lock.l_type = F_WRLCK;
    _exit(fcntl(Fd, F_GETLK, &Lock) == 0 && Lock.l_type != F_UNLCK);
  }
  int Status = 0;
  waitpid(Child, &Status, 0);
  return WEXITSTATUS(Status) == 1;
}

int main(int, char **Arguments) {
  int Pipe[2];
  need(pipe(Pipe) == 0, "a pipe");
  const std::string File = std::string(Arguments[0]) + "." + Arguments[1] + ".lock";
  const int Locked = open(File.c_str(), O_RDWR | O_CREAT, 0666);
  struct flock Lock{};
  Lock.l_type = F_WRLCK;
  need(fcntl(Locked, F_SETLK, &Lock) == 0, "the lock");
  runLoop(10, [](int) {});
  need(onlyMine(pipeOf(Pipe[1])), "the monitor's thread has no copy of the pipe");
  need(lockedForOthers(Locked), "the lock is held");
  close(Pipe[1]);
  pollfd End{Pipe[0], POLLIN, 0};
  need(poll(&End, 1, 5000) == 1, "the end of the pipe is seen");
  if (!std::strcmp(Arguments[1], "thread")) {
    std::atexit([] { std::puts("the end, with descriptors"); });
    std::thread([] {
      usleep(20000);
      runLoop(10, [](int I) {
        if (I == 5)
          inLastThread_bad();
      });
    }).detach();
    pthread_exit(nullptr);
  }
  for (int Fd = 3; Fd < 1024; ++Fd)
    close(Fd);
  int Ends[2];
  need(socketpair(AF_UNIX, SOCK_DGRAM, 0, Ends) == 0, "sockets");
  sockaddr_un Name{AF_UNIX, "\0gridlock-test"};
  need(bind(Ends[0], reinterpret_cast<sockaddr *>(&Name), offsetof(sockaddr_un, sun_path) + 14) == 0, "a name");
  std::signal(SIGALRM, [](int) { _exit(0); });
  runLoop(10, [&](int I) {
    if (I == 5)
      closedAll_bad();
    if (I == 9) {
      alarm(1);
      never_bad(Ends[0]);
    }
  });
  return 9;
}

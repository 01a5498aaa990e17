// Children made in every way run as without the monitor, and those that go on are
// watched in their own right: vfork, posix_spawn, popen and daemon().
// RUN: %victim %s -o %t.exe
// RUN: %t.exe %t.bare > %t.bare.out
// RUN: %gridlock run --output %t.records -- %t.exe %t.watched > %t.out
// RUN: diff %t.bare.out %t.out
// RUN: %FileCheck %s < %t.out
// CHECK: vfork: 7
// CHECK: spawned: 9
// CHECK: popen: hello
// CHECK: daemon: done
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "sorted(f['function'] for f in findings) == ['daemon_bad', 'spawned_bad']" \
// RUN:   "len({l['pid'] for l in loops}) == 2"
#include "loop.h"

#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <string>
#include <sys/wait.h>

extern char **environ;

[[gnu::noinline]] void spawned_bad() { usleep(150000); asm(""); }
[[gnu::noinline]] void daemon_bad() { usleep(150000); asm(""); }

static int statusOf(pid_t Child) {
  int Status = 0;
  waitpid(Child, &Status, 0);
  return WEXITSTATUS(Status);
}

int main(int, char **Argument) {
  const char *Self = "/proc/self/exe";
  if (std::strcmp(Argument[1], "loop") == 0) {
    runLoop(20, [](int I) { if (I == 10) spawned_bad(); });
    return 9;
  }
  std::string Done = std::string(Argument[1]) + ".done";
  unlink(Done.c_str());

  pid_t Child = vfork();
  if (Child == 0)
    _exit(7);
  std::printf("vfork: %d\n", statusOf(Child));

  char Loop[] = "loop", *Arguments[] = {Argument[0], Loop, nullptr};
  if (posix_spawn(&Child, Self, nullptr, nullptr, Arguments, environ) != 0)
    return 1;
  std::printf("spawned: %d\n", statusOf(Child));

  char Line[32] = "";
  FILE *Pipe = popen("echo hello", "r");
  std::printf("popen: %s", fgets(Line, sizeof Line, Pipe));
  pclose(Pipe);
  std::fflush(stdout);

  Child = fork();
  if (Child == 0) {
    if (daemon(1, 0) != 0)
      _exit(1);
    runLoop(20, [](int I) { if (I == 10) daemon_bad(); });
    FILE *File = std::fopen(Done.c_str(), "w");
    std::fclose(File);
    std::exit(0);
  }
  statusOf(Child);
  for (int I = 0; I < 500 && access(Done.c_str(), F_OK) != 0; ++I)
    usleep(10000);
  usleep(50000); // the daemon writes its last records
  std::printf("daemon: %s\n", access(Done.c_str(), F_OK) == 0 ? "done" : "lost");
}

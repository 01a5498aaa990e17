// A report of many processes reads each program's and library's debug information once, not
// once for each of them, wherever it was mapped: forked ones, and ones of their own that each
// have other addresses.
// RUN: %victim %s -o %t.exe
// RUN: rm -rf %t.records; %gridlock run --output %t.records --threshold-ms 20 -- %t.exe 12 8
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: rm -rf %t.few; %gridlock run --output %t.few --threshold-ms 20 -- %t.exe 1 1
// RUN: %gridlock report %t.few --format json --output %t.few.json
// RUN: %expect %t.json "summary['processes'] >= 21 and len(loops) == 20" \
// RUN:   "[f['count'] for f in by['gridlock-blocking-in-callback'] if f['function'] == 'slow_bad'] == [20]" \
// RUN:   "len({l['function'] for l in loops}) == 1" \
// RUN:   "3 <= summary['files_read'] == __import__('json').load(open('%t.few.json'))['summary']['files_read'] <= 10"
#include "loop.h"

#include <cstdlib>
#include <cstring>
#include <sys/wait.h>

[[gnu::noinline]] static void slow_bad() { usleep(60000); asm(""); }
static int work() {
  runLoop(6, [](int I) {
    if (I == 5)
      slow_bad();
  });
  return 0;
}
static void start(int Count, const char *Program) {
  for (int I = 0; I < Count; ++I)
    if (fork() == 0) {
      if (Program)
        execl(Program, Program, static_cast<char *>(nullptr));
      _exit(work());
    }
  while (wait(nullptr) > 0)
    ;
}
int main(int Count, char **Arguments) {
  if (Count < 3)
    return work();
  start(std::atoi(Arguments[1]), nullptr);
  start(std::atoi(Arguments[2]), Arguments[0]);
}

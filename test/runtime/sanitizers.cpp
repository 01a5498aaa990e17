// Programs with a sanitizer built in run as without the monitor, and its interceptors
// are not taken for the program's own functions.
// RUN: rm -rf %t.dir && mkdir %t.dir
// RUN: cd %t.dir && for s in "address -static-libasan" address "thread -static-libtsan" thread undefined; do \
// RUN:   p=$(echo $s | tr -d ' ') && %victim -fsanitize=$s %s -o $p && \
// RUN:   %gridlock run --output $p.records -- ./$p > $p.out && \
// RUN:   %FileCheck %s --input-file $p.out --implicit-check-not Sanitizer && \
// RUN:   %gridlock report $p.records --format json --output $p.json && \
// RUN:   %expect $p.json "[f['function'] for f in findings] == ['slow_bad']" \
// RUN:     "[l['function'] for l in loops] == ['runLoop']" || exit 1; done
// CHECK: counted 200
// What they find they still report, with the status of their own.
// RUN: cd %t.dir && env ASAN_OPTIONS=exitcode=23 %gridlock run --output asan.records -- ./address read-freed \
// RUN:   > asan.out 2>&1; test $? -eq 23
// RUN: %FileCheck --check-prefix FREED %s --input-file %t.dir/asan.out
// RUN: cd %t.dir && env TSAN_OPTIONS=exitcode=24 %gridlock run --output tsan.records -- ./thread race \
// RUN:   > tsan.out 2>&1; test $? -eq 24
// RUN: %FileCheck --check-prefix RACE %s --input-file %t.dir/tsan.out
// FREED: heap-use-after-free
// RACE: data race
#include "loop.h"

#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

static std::mutex Mutex;
static int Count = 0, Unguarded = 0;

[[gnu::noinline]] void slow_bad() {
  usleep(150000);
  asm("");
}
static void count(bool Race) {
  for (int I = 0; I < 100; ++I) {
    std::lock_guard Guard(Mutex);
    ++Count;
  }
  if (Race)
    ++Unguarded;
}

int main(int Arguments, char **Argument) {
  const char *What = Arguments > 1 ? Argument[1] : "";
  if (std::strcmp(What, "read-freed") == 0) {
    volatile char *Text = new char[10];
    delete[] Text;
    return Text[0];
  }
  const bool Race = std::strcmp(What, "race") == 0;
  std::thread A(count, Race), B(count, Race);
  A.join();
  B.join();
  runLoop(20, [](int I) { if (I == 10) slow_bad(); });
  std::printf("counted %d\n", Count);
}

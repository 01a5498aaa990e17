// Data in files that are deleted or were never code is no matter for remarks; code is.
// RUN: %victim %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe %t.data
// RUN: %gridlock report %t.records > %t.txt
// RUN: %FileCheck %s --implicit-check-not "not there any more" < %t.txt
// CHECK: slow_bad
// RUN: rm %t.exe
// RUN: %gridlock report %t.records > %t.gone.txt
// RUN: %FileCheck --check-prefix GONE %s --implicit-check-not "%t.data" --implicit-check-not /dev/zero < %t.gone.txt
// GONE: remark: {{.*}}.exe: not there any more
#include "loop.h"

#include <fcntl.h>
#include <sys/mman.h>

[[gnu::noinline]] void slow_bad() { usleep(150000); asm(""); }

int main(int, char **Argument) {
  int File = open(Argument[1], O_RDWR | O_CREAT, 0600);
  if (ftruncate(File, 4096) != 0)
    return 1;
  mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, File, 0);
  mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  unlink(Argument[1]);
  runLoop(20, [](int I) { if (I == 10) slow_bad(); });
}

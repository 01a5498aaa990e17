// Preloaded together with another allocator, before and after it in the list.
// REQUIRES: libjemalloc.so.2, libtcmalloc_minimal.so.4, libmimalloc.so.2
// RUN: %victim %s -o %t.exe
// RUN: for a in %libjemalloc %libtcmalloc_minimal %libmimalloc; do \
// RUN:   rm -rf %t.records %t.after && \
// RUN:   env MALLOC_CONF=background_thread:true LD_PRELOAD=$a %gridlock run --output %t.records -- %t.exe $a > %t.out && \
// RUN:   env GRIDLOCK_OPTIONS=dir=%t.after:verbosity=0 LD_PRELOAD=$a:%monitor_so %t.exe $a >> %t.out || exit 1; \
// RUN:   for r in %t.records %t.after; do %gridlock report $r --format json --output %t.json && \
// RUN:     %expect %t.json "[f['function'] for f in findings] == ['slow_bad']" "len(loops) == 1" || exit 1; done; done
#include "loop.h"

#include <dlfcn.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

[[gnu::noinline]] void slow_bad() { usleep(150000); asm(""); }

int main(int, char **Argument) {
  Dl_info Info; // the allocator is really there
  if (!dladdr(dlsym(RTLD_DEFAULT, "malloc"), &Info) || std::string(Argument[1]) != Info.dli_fname)
    return 2;
  std::vector<std::thread> Threads;
  for (int T = 0; T < 4; ++T)
    Threads.emplace_back([] {
      for (int I = 0; I < 2000; ++I)
        std::string(static_cast<std::size_t>(I), 'x').swap(*std::make_unique<std::string>());
    });
  for (std::thread &T : Threads)
    T.join();
  runLoop(20, [](int I) { if (I == 10) slow_bad(); });
}

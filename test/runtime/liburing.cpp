// A loop that waits through liburing as a shared library.
// REQUIRES: liburing.so.2
// RUN: %victim %s -o %t.exe %liburing
// RUN: rm -rf %t.r; %gridlock run --output %t.r -- %t.exe
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %python %S/Inputs/uring_refused.py || %expect %t.json \
// RUN:   "[(l['wait'], l['function']) for l in loops] == [('liburing/io_uring_submit_and_wait', 'main')]" \
// RUN:   "loops[0]['iterations'] >= 15 and loops[0]['stalls'] == 1" "[f['function'] for f in findings] == ['slow_bad']"
#include <cstdio>
#include <cstring>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <unistd.h>

// The library without its header.
extern "C" {
int io_uring_queue_init(unsigned, void *, unsigned);
io_uring_sqe *io_uring_get_sqe(void *);
int io_uring_submit_and_wait(void *, unsigned);
}

[[gnu::noinline]] static void slow_bad() { usleep(130000); asm(""); }

int main() {
  alignas(64) char Ring[1024] = {};
  if (io_uring_queue_init(64, Ring, 0) != 0)
    return 0;
  __kernel_timespec Time{0, 5000000};
  for (unsigned I = 0; I < 20; ++I) {
    io_uring_sqe *Entry = io_uring_get_sqe(Ring);
    std::memset(Entry, 0, sizeof *Entry);
    Entry->opcode = IORING_OP_TIMEOUT;
    Entry->addr = reinterpret_cast<unsigned long>(&Time);
    Entry->len = 1;
    if (io_uring_submit_and_wait(Ring, I + 1) < 0) // those before stay in the queue
      return 1;
    if (I == 9)
      slow_bad();
  }
}

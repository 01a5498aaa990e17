// Loops that wait for io_uring's completions, through libc's syscall() and through
// liburing as a shared library. Where the kernel refuses io_uring the program says so.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %python %S/Inputs/uring_refused.py || %expect %t.$w.json \
// RUN:   "[l['wait'] for l in loops] == ['liburing/io_uring_enter']" "loops[0]['iterations'] >= 15" \
// RUN:   "loops[0]['stalls'] == 1 and loops[0]['idle_ns'] >= 50 * ms" "[f['function'] for f in findings] == ['slow_bad']" || exit 1; done
#include <atomic>
#include <cstdio>
#include <cstring>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

[[gnu::noinline]] static void slow_bad() { usleep(130000); asm(""); }

int main() {
  io_uring_params P{};
  const int Ring = static_cast<int>(syscall(SYS_io_uring_setup, 8, &P));
  if (Ring < 0) {
    std::perror("io_uring is refused");
    return 0;
  }
  const auto Map = [&](size_t Size, off_t Where) {
    return static_cast<char *>(mmap(nullptr, Size, PROT_READ | PROT_WRITE, MAP_SHARED, Ring, Where));
  };
  char *Submitted = Map(P.sq_off.array + P.sq_entries * 4, IORING_OFF_SQ_RING);
  char *Completed = Map(P.cq_off.cqes + P.cq_entries * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
  auto *Entries = reinterpret_cast<io_uring_sqe *>(Map(P.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES));
  const auto At = [](char *Base, unsigned Offset) { return reinterpret_cast<std::atomic<unsigned> *>(Base + Offset); };
  __kernel_timespec Time{0, 5000000};
  for (int I = 0; I < 20; ++I) { // a timer of 5 ms each
    const unsigned Tail = *At(Submitted, P.sq_off.tail), Index = Tail & (P.sq_entries - 1);
    std::memset(&Entries[Index], 0, sizeof Entries[Index]);
    Entries[Index].opcode = IORING_OP_TIMEOUT;
    Entries[Index].addr = reinterpret_cast<unsigned long>(&Time);
    Entries[Index].len = 1;
    *(At(Submitted, P.sq_off.array) + Index) = Index;
    *At(Submitted, P.sq_off.tail) = Tail + 1;
    if (syscall(SYS_io_uring_enter, Ring, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) != 1)
      return 1;
    At(Completed, P.cq_off.head)->fetch_add(1);
    if (I == 9)
      slow_bad();
  }
}

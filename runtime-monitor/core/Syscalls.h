// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// System calls without libc: they touch neither errno nor any function that is
// interposed, so they may be used in signal handlers and inside the program's
// malloc. Each returns the kernel's value, an error as a negative errno.
#ifndef GRIDLOCK_MONITOR_CORE_SYSCALLS_H
#define GRIDLOCK_MONITOR_CORE_SYSCALLS_H

#include <cstddef>
#include <cstdint>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#ifndef __x86_64__
#error "The monitor supports x86-64 Linux only"
#endif

namespace gridlock::monitor::sys {

inline long call(long Number, long A = 0, long B = 0, long C = 0, long D = 0,
                 long E = 0, long F = 0) noexcept {
  register long R10 asm("r10") = D;
  register long R8 asm("r8") = E;
  register long R9 asm("r9") = F;
  long Result;
  asm volatile("syscall"
               : "=a"(Result)
               : "a"(Number), "D"(A), "S"(B), "d"(C), "r"(R10), "r"(R8), "r"(R9)
               : "rcx", "r11", "memory");
  return Result;
}

inline long address(const void *P) noexcept {
  return reinterpret_cast<long>(P);
}

inline long open(const char *Path, int Flags, int Mode = 0) noexcept {
  return call(SYS_openat, -100 /*AT_FDCWD*/, address(Path), Flags, Mode);
}
inline long close(int Fd) noexcept { return call(SYS_close, Fd); }
inline long read(int Fd, void *Data, size_t Size) noexcept {
  return call(SYS_read, Fd, address(Data), static_cast<long>(Size));
}
inline long write(int Fd, const void *Data, size_t Size) noexcept {
  return call(SYS_write, Fd, address(Data), static_cast<long>(Size));
}
inline int processId() noexcept { return static_cast<int>(call(SYS_getpid)); }
inline int threadId() noexcept { return static_cast<int>(call(SYS_gettid)); }

/// Sleeps while *Word == Expected, at most Timeout (null: for ever).
inline long futexWait(const void *Word, uint32_t Expected,
                      const timespec *Timeout) noexcept {
  return call(SYS_futex, address(Word), FUTEX_WAIT_PRIVATE, Expected,
              address(Timeout));
}
inline long futexWake(const void *Word, int Count) noexcept {
  return call(SYS_futex, address(Word), FUTEX_WAKE_PRIVATE, Count);
}

/// Fresh zeroed memory, or null.
inline void *map(size_t Size) noexcept {
  long P = call(SYS_mmap, 0, static_cast<long>(Size), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return P < 0 && P > -4096 ? nullptr : reinterpret_cast<void *>(P);
}

/// Copies from this process's own memory; stops early at unmapped pages instead
/// of faulting. Returns the number of bytes copied (0 if none).
inline size_t copyMemory(void *To, uint64_t From, size_t Size) noexcept {
  iovec Local{To, Size};
  iovec Remote{reinterpret_cast<void *>(From), Size};
  // By thread: the main one may have ended.
  long N = call(SYS_process_vm_readv, threadId(), address(&Local), 1,
                address(&Remote), 1, 0);
  return N < 0 ? 0 : static_cast<size_t>(N);
}

} // namespace gridlock::monitor::sys

#endif

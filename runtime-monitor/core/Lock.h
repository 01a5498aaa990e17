// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The monitor's own lock: a futex word, invisible to the interposers. Held for
// bounded work only, never while calling into the program or libc's allocator.
#ifndef GRIDLOCK_MONITOR_CORE_LOCK_H
#define GRIDLOCK_MONITOR_CORE_LOCK_H

#include "runtime-monitor/core/Syscalls.h"

#include <atomic>

namespace gridlock::monitor {

class Lock {
public:
  bool tryAcquire() noexcept {
    uint32_t Free = 0;
    return Word.compare_exchange_strong(Free, 1, std::memory_order_acquire);
  }
  void acquire() noexcept {
    if (tryAcquire())
      return;
    while (Word.exchange(2, std::memory_order_acquire) != 0)
      sys::futexWait(&Word, 2, nullptr);
  }
  void release() noexcept {
    if (Word.exchange(0, std::memory_order_release) == 2)
      sys::futexWake(&Word, 1);
  }
  void reset() noexcept {
    Word.store(0, std::memory_order_relaxed);
  } // in a forked child

private:
  std::atomic<uint32_t> Word{0};
};

class Locked {
public:
  explicit Locked(Lock &L) noexcept : L(L) { L.acquire(); }
  ~Locked() { L.release(); }
  Locked(const Locked &) = delete;

private:
  Lock &L;
};

} // namespace gridlock::monitor

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Arena.h"

#include "runtime-monitor/core/Lock.h"

namespace gridlock::monitor {

static Lock ArenaLock;
static char *Free = nullptr;
static size_t Left = 0;

void *allocate(size_t Size) noexcept {
  constexpr size_t Chunk = 256 * 1024;
  Size = (Size + 63) & ~size_t{63};
  if (Size >= Chunk / 2)
    return sys::map((Size + 4095) & ~size_t{4095});
  Locked Guard(ArenaLock);
  if (Left < Size) {
    auto *Fresh = static_cast<char *>(sys::map(Chunk));
    if (!Fresh)
      return nullptr;
    Free = Fresh;
    Left = Chunk;
  }
  void *P = Free;
  Free += Size;
  Left -= Size;
  return P;
}

void resetArenaLock() noexcept { ArenaLock.reset(); }

} // namespace gridlock::monitor

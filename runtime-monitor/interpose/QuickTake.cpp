// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/interpose/QuickTake.h"

#include "runtime-monitor/core/Real.h"
#include "runtime-monitor/core/Syscalls.h"

#include <cstring>
#include <dlfcn.h>

namespace gridlock::monitor {

unsigned QuickTake::UsableKinds = 0;
bool QuickTake::Spins = false;

namespace {

/// The library a function is in; null if that's unknown.
template <class F> const void *libraryOf(F Function) noexcept {
  Dl_info Info{};
  return dladdr(reinterpret_cast<const void *>(Function), &Info)
             ? Info.dli_fbase
             : nullptr;
}

/// Valgrind's tools watch the functions themselves, wherever they're called
/// from.
bool isValgrindThere() noexcept {
  const char *Preload = std::getenv("LD_PRELOAD");
  return Preload && std::strstr(Preload, "vgpreload");
}

bool same(const pthread_mutex_t &A, const pthread_mutex_t &B) noexcept {
  return std::memcmp(&A, &B, sizeof A) == 0;
}

} // namespace

bool QuickTake::provenFor(int Kind) noexcept {
  pthread_mutex_t Fresh = PTHREAD_MUTEX_INITIALIZER;
  Fresh.__data.__kind = Kind;
  pthread_mutex_t Mine = Fresh, Theirs = Fresh;
  const auto Tid = static_cast<uint32_t>(sys::threadId());
  return Real.pthread_mutex_lock(&Theirs) == 0 &&
         takeOf(&Mine, static_cast<unsigned>(Kind), Tid) &&
         same(Mine, Theirs) && !takeOf(&Theirs, 0, Tid) &&
         Real.pthread_mutex_unlock(&Mine) == 0 && same(Mine, Fresh) &&
         Real.pthread_mutex_unlock(&Theirs) == 0 && same(Theirs, Fresh);
}

bool QuickTake::provenForSpins() noexcept {
  pthread_spinlock_t Fresh;
  if (pthread_spin_init(&Fresh, PTHREAD_PROCESS_PRIVATE) != 0)
    return false;
  pthread_spinlock_t Mine = Fresh, Theirs = Fresh;
  return Real.pthread_spin_lock(&Theirs) == 0 && takeOf(&Mine) &&
         Mine == Theirs && !takeOf(&Theirs) &&
         Real.pthread_spin_unlock(&Mine) == 0 && Mine == Fresh;
}

void QuickTake::start() noexcept {
  const void *Libc = libraryOf(findReal("gnu_get_libc_version"));
  if (!Libc || libraryOf(Real.pthread_mutex_lock) != Libc ||
      libraryOf(Real.pthread_mutex_unlock) != Libc ||
      libraryOf(Real.pthread_spin_lock) != Libc ||
      libraryOf(Real.pthread_spin_unlock) != Libc || isValgrindThere())
    return;
  while (UsableKinds <= PTHREAD_MUTEX_ADAPTIVE_NP &&
         provenFor(static_cast<int>(UsableKinds)))
    ++UsableKinds;
  Spins = provenForSpins();
}

} // namespace gridlock::monitor

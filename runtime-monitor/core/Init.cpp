// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Init.h"

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Descriptors.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/core/Real.h"
#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/coroutines/Coroutines.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/interpose/QuickTake.h"
#include "runtime-monitor/locks/Contention.h"
#include "runtime-monitor/locks/Holds.h"
#include "runtime-monitor/locks/LockedCalls.h"
#include "runtime-monitor/locks/Order.h"
#include "runtime-monitor/locks/Sleeps.h"
#include "runtime-monitor/loops/Loops.h"
#include "runtime-monitor/records/Snapshot.h"
#include "runtime-monitor/records/Writer.h"

#include <cstdlib>
#include <sys/auxv.h>

namespace gridlock::monitor {

namespace {

std::atomic<bool> Finished{false};

void forkedChild() noexcept {
  MainThread = static_cast<uint32_t>(sys::processId());
  resetArenaLock();
  resetCapture();
  Watchdog::forget();
  Descriptors::forget();
  forgetMaps();
  resetSnapshot();
  forgetLoops();
  forgetContention();
  forgetHolds();
  forgetSleeps();
  forgetLockedCalls();
  forgetLockOrders();
  forgetCoroutines();
  forgetOtherThreads();
  if (!TheOptions.FollowChildren) {
    Ready.store(false);
    Self = nullptr;
    return;
  }
  reopenRecords();
}

// Takes our libraries out of LD_PRELOAD, so that programs started by this one
// are not watched.
void unfollow() noexcept {
  const char *Preload = std::getenv("LD_PRELOAD");
  if (!Preload)
    return;
  Text<4096> Others;
  for (const char *S = Preload; *S;) {
    size_t N = std::strcspn(S, ": ");
    bool Ours = false;
    for (size_t I = 0; I + 8 <= N && !Ours; ++I)
      Ours = std::memcmp(S + I, "gridlock", 8) == 0;
    if (N != 0 && !Ours)
      (Others << (Others.size() ? ":" : "")).append(S, N);
    S += N + (S[N] != 0);
  }
  if (Others.size() != 0)
    setenv("LD_PRELOAD", Others.c_str(), 1);
  else
    unsetenv("LD_PRELOAD");
}

// Of the archive's program the first and the last: before 101, where the
// program's own priorities begin.
#pragma GCC diagnostic ignored "-Wprio-ctor-dtor"
__attribute__((constructor(100))) void startMonitor() {
  if (getauxval(AT_SECURE))
    return; // a privileged program: keep out
  int Errno = errno;
  MainThread = static_cast<uint32_t>(sys::processId());
  findRealFunctions();
  QuickTake::start();
  Clock::start();
  TheOptions.parse(std::getenv("GRIDLOCK_OPTIONS"));
  if (!TheOptions.FollowChildren)
    unfollow();
  nameOperations();
  startThreads();
  startPlaces();
  startContention();
  startHolds();
  startSleeps();
  startLockOrders();
  openRecords();
  pthread_atfork(nullptr, nullptr, forkedChild);
  at_quick_exit(finishMonitor); // the first one, so it runs last
  Ready.store(true, std::memory_order_release);
  if (TheOptions.LiveSignal != 0)
    installLiveSignal(static_cast<int>(TheOptions.LiveSignal));
  errno = Errno;
}

__attribute__((destructor(100))) void stopMonitor() { finishMonitor(); }

} // namespace

void finishMonitor() noexcept {
  if (!Ready.load(std::memory_order_acquire) ||
      static_cast<uint32_t>(sys::processId()) != MainThread ||
      Finished.exchange(true))
    return;
  if (Thread *T = Self) {
    endUnfinishedCall(*T, __builtin_frame_address(0));
    endLoop(*T);
  }
  Watchdog::writeEnds();
  uint64_t Findings = writeSnapshot(Occasion::Last);
  EndRecord End{Clock::now()};
  writeRecord(RecordKind::End, {&End, sizeof End});
  if (TheOptions.Verbosity > 0 && Findings != 0 && anyRecords()) {
    Text<2600> Line;
    Line << Findings << " stalls and blocking calls; see them: gridlock report "
         << TheOptions.Dir;
    Line.say();
  }
}

} // namespace gridlock::monitor

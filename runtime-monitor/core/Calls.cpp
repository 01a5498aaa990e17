// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Calls.h"

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/locks/Holds.h"
#include "runtime-monitor/loops/Loops.h"

namespace gridlock::monitor {

/// A call that was left by longjmp never ended; it lies on the stack below what
/// is there now.
static bool wasLeft(const gridlock_call *Call, const void *Now) noexcept {
  const uint64_t At = addressOf(Call), Top = addressOf(Now);
  return At < Top && Top - At < (64u << 20);
}

static void count(Thread &T, const gridlock_call &Call, uint64_t Duration,
                  bool Over) noexcept {
  if (T.heldCount() != 0)
    calledWhileHolding(T, Call, Duration);
  if (T.BusySince.load(std::memory_order_relaxed) != 0)
    blockingCallEnded(T, Call, Duration, Over);
}

void beginCall(gridlock_call &Call, Thread *T, const char *Operation,
               const void *Object, uint64_t Site) noexcept {
  Call.thread = T;
  if (!T)
    return;
  gridlock_call *Outer = T->Call.load(std::memory_order_relaxed);
  if (Outer && wasLeft(Outer, &Call))
    Outer = nullptr;
  Call.operation = Operation;
  Call.object = Object;
  Call.outer = Outer;
  Call.site = Site;
  const bool Matters = Object || T->heldCount() != 0 ||
                       T->BusySince.load(std::memory_order_relaxed) != 0;
  Call.start = !Outer && Matters ? Clock::now() : 0;
  T->Calls.store(T->Calls.load(std::memory_order_relaxed) + 1,
                 std::memory_order_relaxed);
  T->Call.store(&Call, std::memory_order_release);
}

void endCall(gridlock_call &Call) noexcept {
  auto *T = static_cast<Thread *>(Call.thread);
  if (!T)
    return;
  T->Call.store(Call.outer, std::memory_order_release);
  if (Call.start == 0)
    return;
  count(*T, Call, Clock::now() - Call.start, true);
}

void endUnfinishedCall(Thread &T, const void *Frame) noexcept {
  PublishedCall Open;
  char Letter;
  if (T.Inside || !readPublished(T, Open) || wasLeft(Open.Where, Frame))
    return;
  const gridlock_call &Call = Open.Outermost;
  const uint64_t Now = Clock::now();
  // One that was left further up may be anything by now.
  if (Call.thread != &T || Call.start == 0 || Call.start > Now ||
      sys::copyMemory(&Letter, addressOf(Call.operation), 1) != 1)
    return;
  T.Call.store(nullptr, std::memory_order_release);
  count(T, Call, Now - Call.start, false);
}

} // namespace gridlock::monitor

using namespace gridlock::monitor;

// The innermost call is the one of the function that is being left, whose frame
// is still there.
extern "C" __attribute__((visibility("hidden"))) int
gridlock_leaves_call(int, int Actions, uint64_t, void *, void *) {
  constexpr int CleanupPhase = 2, Continue = 8; // of the unwinding ABI
  Thread *T = Actions & CleanupPhase ? Self : nullptr;
  if (gridlock_call *Call =
          T ? T->Call.load(std::memory_order_relaxed) : nullptr)
    Call->left ? Call->left(Call) : endCall(*Call);
  return Continue;
}

#define API extern "C" __attribute__((visibility("default")))

API int gridlock_monitor_active() {
  return Ready.load(std::memory_order_relaxed);
}

API void gridlock_call_begin(gridlock_call *Call, const char *Operation,
                             const void *Site) {
  gridlock_call_begin_on(Call, Operation, Site, nullptr, 0, 0);
}

API void gridlock_call_begin_on(gridlock_call *Call, const char *Operation,
                                const void *Site, const char *Kinds,
                                uint64_t First, uint64_t Second) {
  Call->kinds = Kinds;
  Call->arguments[0] = First;
  Call->arguments[1] = Second;
  Call->left = nullptr;
  beginCall(*Call, currentThread(), Operation, nullptr, addressOf(Site));
}

API void gridlock_call_end(gridlock_call *Call) { endCall(*Call); }

API int gridlock_call_left(int Version, int Actions, uint64_t Class,
                           void *Exception, void *Context) {
  return gridlock_leaves_call(Version, Actions, Class, Exception, Context);
}

API void gridlock_callback_begin(gridlock_callback *C) {
  Thread *T = currentThread();
  C->thread = T;
  if (!T)
    return;
  C->start = Clock::now();
  C->outer = T->Callback.load(std::memory_order_relaxed);
  T->Callback.store(C, std::memory_order_release);
}

API void gridlock_callback_end(gridlock_callback *C) {
  auto *T = static_cast<Thread *>(C->thread);
  if (!T)
    return;
  T->Callback.store(C->outer, std::memory_order_release);
  if (!C->outer)
    callbackEnded(*T, Clock::now() - C->start);
}

API void gridlock_loop_threshold(unsigned Milliseconds) {
  if (Thread *T = currentThread())
    setThreshold(*T, uint64_t{Milliseconds} * 1000000);
}

API void gridlock_name_loop(const char *Name) {
  if (Thread *T = currentThread())
    nameLoop(*T, Name);
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks of libc++ that are functions of libc++.so, made of a mutex and
// condition variables: these are not seen, the lock is. In the shared monitor
// and in an archive of its own, for a program may have libc++'s archive. What the headers do inline
// (try_lock_for and try_lock_until) stays unseen: who has the lock by them
// isn't known.
#include "runtime-monitor/interpose/Libcxx.h"
#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/interpose/Once.h"

using namespace gridlock::monitor;
using namespace gridlock::monitor::libcxx;

namespace {

/// libc++'s own function, which the caller's library or the program has loaded.
void *findIn(const char *File, const char *Symbol) noexcept {
  void *Library = File ? dlopen(File, RTLD_LAZY | RTLD_NOLOAD) : nullptr;
  if (!Library)
    return nullptr;
  void *Found = dlsym(Library, Symbol);
  REAL(dlclose)(Library);
  Dl_info There, Here;
  const bool IsOurs = Found && dladdr(Found, &There) &&
                      dladdr(reinterpret_cast<void *>(&findIn), &Here) &&
                      There.dli_fbase == Here.dli_fbase;
  return IsOurs ? nullptr : Found;
}

[[gnu::noinline, gnu::cold]] void *find(const char *Symbol,
                                        const void *Caller) noexcept {
  const int Errno = errno;
  Dl_info From{};
  void *Found = findReal(Symbol);
  if (!Found)
    Found = findIn("libc++.so.1", Symbol);
  if (!Found && dladdr(Caller, &From))
    Found = findIn(From.dli_fname, Symbol);
  if (!Found) { // nothing can be done in its place
    Text<200> Line;
    (Line << Symbol << " is not there").say();
    abort();
  }
  errno = Errno;
  return Found;
}

/// One of libc++'s functions; Caller: whoever wants it.
template <class Function> struct Next {
  const char *const Symbol;
  Function *Found = nullptr;

  void get(const void *Caller) noexcept {
    if (__builtin_expect(!Found, 0))
      Found = reinterpret_cast<Function *>(find(Symbol, Caller));
  }
};

/// A way to take a lock: as the modes in Locks.h want it. Ways: its functions.
template <auto &Ways, uint64_t Taken> struct Emulated {
  using Lock = void;
  static constexpr uint64_t How = Taken;
  static constexpr int Busy = EBUSY;
  static constexpr bool HasQuick = false;
  static bool quickly(void *, const Thread &) { return false; }
  static int TryIt(void *L) {
    return unseen([=] { return Ways.Try.Found(L) ? 0 : EBUSY; });
  }
  static uint32_t ownerOf(const void *) { return 0; }
  static bool contended(const void *) { return othersWait(); }

  static int take(void *L) {
    return unseen([=] { return Ways.Take.Found(L), 0; });
  }
  static int giveBack(void *L) {
    return unseen([=] { return Ways.Release.Found(L), 0; });
  }
};

struct Functions {
  Next<void(void *)> Take;
  Next<bool(void *)> Try;
  Next<void(void *)> Release;

  /// TryIt has no caller of its own.
  void get(const void *Caller) noexcept {
    Take.get(Caller);
    Try.get(Caller);
    Release.get(Caller);
  }
};

} // namespace

// WAY: a name here; CLASS, TAKE, TRY and RELEASE: mangled; the operations'
// names.
#define EMULATED(WAY, HOW, CLASS, TAKE, TRY, RELEASE, TAKES, TRIES, RELEASES)  \
  static constinit Functions WAY{{"_ZNSt3__1" CLASS TAKE "Ev"},                \
                                 {"_ZNSt3__1" CLASS TRY "Ev"},                 \
                                 {"_ZNSt3__1" CLASS RELEASE "Ev"}};            \
  INTERPOSE void gridlock_take_##WAY(void *) asm("_ZNSt3__1" CLASS TAKE "Ev"); \
  void gridlock_take_##WAY(void *L) {                                          \
    using Mode = Emulated<WAY, HOW>;                                           \
    WAY.get(CALLER);                                                           \
    acquire<Mode, TAKES>(L, [=] { return Mode::take(L); });                    \
  }                                                                            \
  INTERPOSE bool gridlock_try_##WAY(void *) asm("_ZNSt3__1" CLASS TRY "Ev");   \
  bool gridlock_try_##WAY(void *L) {                                           \
    using Mode = Emulated<WAY, HOW>;                                           \
    WAY.get(CALLER);                                                           \
    return tryAcquire<Mode, TRIES>(L, [=] { return Mode::TryIt(L); }) == 0;    \
  }                                                                            \
  INTERPOSE void gridlock_release_##WAY(void *) asm("_ZNSt3__1" CLASS RELEASE  \
                                                    "Ev");                     \
  void gridlock_release_##WAY(void *L) {                                       \
    using Mode = Emulated<WAY, HOW>;                                           \
    WAY.get(CALLER);                                                           \
    const auto Release = [=] { return Mode::giveBack(L); };                    \
    release<Mode, RELEASES>(L, Release, Release);                              \
  }

#define EXCLUSIVE "4lock", "8try_lock", "6unlock"
#define SHARED "11lock_shared", "15try_lock_shared", "13unlock_shared"
#define EMULATED_AS(...) EMULATED(__VA_ARGS__)

EMULATED_AS(Timed, Taking::Other, "11timed_mutex", EXCLUSIVE, TimedLocks,
            TimedTries, TimedUnlocks)
EMULATED_AS(Recursive, Taking::Other, "21recursive_timed_mutex", EXCLUSIVE,
            RecursiveLocks, RecursiveTries, RecursiveUnlocks)
EMULATED_AS(Writing, Taking::Other, "19__shared_mutex_base", EXCLUSIVE, Writes,
            TriesToWrite, HasWritten)
EMULATED_AS(Reading, Taking::Shared | Taking::Other, "19__shared_mutex_base",
            SHARED, Reads, TriesToRead, HasRead)
EMULATED_AS(TimedWriting, Taking::Other, "18shared_timed_mutex", EXCLUSIVE,
            Writes, TriesToWrite, HasWritten)
EMULATED_AS(TimedReading, Taking::Shared | Taking::Other,
            "18shared_timed_mutex", SHARED, Reads, TriesToRead, HasRead)

namespace {

using Flag = volatile unsigned long;
constexpr unsigned long InProgress = 1, Done = ~0ul; // libc++'s

struct CallOnce : Once {
  void (*Routine)(void *);
  void *Argument;

  static void run(void *) {
    runOnce([](const Once &Mine) {
      const auto &Call = static_cast<const CallOnce &>(Mine);
      seenAgain(Call.T, [&] { Call.Routine(Call.Argument); });
    });
  }
};

constinit Next<void(Flag &, void *, void (*)(void *))> RealCallOnce{
    "_ZNSt3__111__call_onceERVmPvPFvS2_E"};

[[gnu::noinline]] void waitOnce(const Once &Call, Flag &F, const void *Site) {
  LockWait Wait(*Call.T, Call.Control, CallsOnce, Site, 0);
  unseen([&] { return RealCallOnce.Found(F, nullptr, CallOnce::run), 0; });
}

} // namespace

INTERPOSE void
gridlock_call_once(Flag &, void *,
                   void (*)(void *)) asm("_ZNSt3__111__call_onceERVmPvPFvS2_E");
void gridlock_call_once(Flag &F, void *Argument, void (*Routine)(void *)) {
  RealCallOnce.get(CALLER);
  Thread *T = currentThread();
  if (!T)
    return RealCallOnce.Found(F, Argument, Routine);
  const void *Control = const_cast<const unsigned long *>(&F);
  if (T->heldCount() != 0)
    takesInOrder(*T, Control, CallsOnce, addressOf(CALLER) | Taking::Other);
  const unsigned long State = __atomic_load_n(&F, __ATOMIC_ACQUIRE);
  if (State == Done)
    return;
  CallOnce Call{{T, Control, CallsOnce, CALLER}, Routine, Argument};
  if (State == InProgress && TheOptions.Locks)
    return waitOnce(Call, F, CALLER);
  unseen([&] { return RealCallOnce.Found(F, nullptr, CallOnce::run), 0; });
}

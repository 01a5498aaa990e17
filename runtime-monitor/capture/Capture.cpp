// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/capture/Capture.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Arena.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/records/Writer.h"

#include <csignal>
#include <fcntl.h>
#include <ucontext.h>

namespace gridlock::monitor {

namespace {

constexpr unsigned MostStacks = 1024; // 12 MiB
std::atomic<unsigned> Stacks{0};

void setRegisters(Snapshot &S, const uint64_t (&R)[8]) noexcept {
  constexpr Register Order[] = {Rip, Rsp, Rbp, Rbx, R12, R13, R14, R15};
  S.Known = 0;
  for (unsigned I = 0; I < 8; ++I) {
    S.Registers[Order[I]] = R[I];
    S.Known |= 1u << Order[I];
  }
}

// What threads that run on a CPU are asked for by signal. They answer when they
// get to run: nobody waits for that, but for a lock holder's stack (Tick 0).
enum State : uint32_t { Idle, Asked, Copying, Done };
struct Request {
  std::atomic<uint32_t> Now{Idle};
  std::atomic<uint32_t> Tid{0};
  uint64_t Tick = 0; // the iteration that is meant, and its thread
  const Thread *Who = nullptr;
  StallCapture Result;
};
Request Requests[8];
int SignalNumber = 0;

constexpr int GregOf[RegisterCount] = {
    REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
    REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
    REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};

// On the thread that was asked, in its signal handler.
void answer(Request &R, const ucontext_t &Context) noexcept {
  uint32_t Expected = Asked;
  if (R.Now.load(std::memory_order_acquire) != Asked ||
      R.Tid.load(std::memory_order_relaxed) !=
          static_cast<uint32_t>(sys::threadId()) ||
      !R.Now.compare_exchange_strong(Expected, Copying))
    return; // came too late, or was sent by someone else
  if (R.Tick != 0 &&
      (!Self || Self->BusySince.load(std::memory_order_relaxed) != R.Tick))
    return R.Now.store(Idle);
  Snapshot &S = R.Result.Head;
  for (unsigned I = 0; I < RegisterCount; ++I)
    S.Registers[I] =
        static_cast<uint64_t>(Context.uc_mcontext.gregs[GregOf[I]]);
  S.Known = (1u << RegisterCount) - 1;
  S.Size = static_cast<uint32_t>(sys::copyMemory(
      R.Result.Bytes, S.Registers[Rsp], StallCapture::Capacity));
  R.Now.store(Done, std::memory_order_release);
  if (R.Tick != 0)
    Watchdog::wake();
  else
    sys::futexWake(&R.Now, 1);
}

// Nothing but raw system calls: errno, locks and the allocator stay untouched.
void onSignal(int, siginfo_t *, void *Context) noexcept {
  if (Watchdog::isThread(static_cast<uint32_t>(sys::threadId())))
    return Watchdog::ask(); // gridlock report --live
  if (Self)
    Self->Signals.fetch_add(1, std::memory_order_relaxed);
  for (Request &R : Requests)
    answer(R, *static_cast<ucontext_t *>(Context));
}

/// Sends the signal; null if that can't be done now.
Request *ask(uint32_t Tid, uint64_t Tick, const Thread *Who) noexcept {
  if (SignalNumber == 0)
    return nullptr;
  for (Request &R : Requests) {
    uint32_t Now = R.Now.load(std::memory_order_acquire);
    // Its thread has ended meanwhile.
    const bool Forgotten = R.Tick != 0 && R.Who->AskedTick != R.Tick &&
                           Now != Copying &&
                           R.Now.compare_exchange_strong(Now, Idle);
    if (Now != Idle && !Forgotten)
      continue;
    R.Tick = Tick;
    R.Who = Who;
    R.Tid.store(Tid, std::memory_order_relaxed);
    R.Now.store(Asked, std::memory_order_release);
    if (sys::call(SYS_tgkill, sys::processId(), Tid, SignalNumber) == 0)
      return &R;
    R.Now.store(Idle);
    return nullptr;
  }
  return nullptr;
}

// Waits for the answer: 40 ms, for the thread may block the signal or get no
// CPU.
bool takeBySignal(uint32_t Tid, StallCapture &Result) noexcept {
  Request *R = ask(Tid, 0, nullptr);
  if (!R)
    return false;
  const auto WaitFor = [R](uint32_t Seen) {
    timespec Time{0, 5000000};
    sys::futexWait(&R->Now, Seen, &Time);
    return R->Now.load(std::memory_order_acquire);
  };
  uint32_t Now = Asked;
  for (int I = 0; I < 8 && Now == Asked; ++I)
    Now = WaitFor(Asked);
  uint32_t Expected = Asked;
  if (R->Now.compare_exchange_strong(Expected, Idle))
    return false;
  while (Now != Done)
    Now = WaitFor(Copying);
  Result.Head = R->Result.Head;
  std::memcpy(Result.Bytes, R->Result.Bytes, Result.Head.Size);
  R->Now.store(Idle);
  return true;
}

size_t readTaskFile(uint32_t Tid, const char *Name, char *To,
                    size_t Size) noexcept {
  Text<64> Path;
  Path << "/proc/self/task/" << uint64_t{Tid} << "/" << Name;
  long Fd = sys::open(Path.c_str(), O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return 0;
  long N = sys::read(static_cast<int>(Fd), To, Size - 1);
  sys::close(static_cast<int>(Fd));
  N = N > 0 ? N : 0;
  To[N] = 0;
  return static_cast<size_t>(N);
}

char stateOf(uint32_t Tid) noexcept {
  char Line[512];
  if (!readTaskFile(Tid, "stat", Line, sizeof Line))
    return '?';
  const char *After = std::strrchr(Line, ')'); // the name may hold anything
  return After && After[1] == ' ' ? After[2] : '?';
}

uint64_t hexadecimal(const char *S) noexcept {
  uint64_t N = 0;
  for (;; ++S) {
    if (*S >= '0' && *S <= '9')
      N = N * 16 + static_cast<uint64_t>(*S - '0');
    else if (*S >= 'a' && *S <= 'f')
      N = N * 16 + static_cast<uint64_t>(*S - 'a' + 10);
    else
      return N;
  }
}

// A thread that sleeps in a system call nobody interposes: the kernel tells its
// number, stack pointer and instruction pointer; the rest isn't known, but a
// signal would disturb the call.
bool takeAsleep(uint32_t Tid, StallCapture &Result) noexcept {
  char Line[256];
  if (!readTaskFile(Tid, "syscall", Line, sizeof Line) || Line[0] < '0' ||
      Line[0] > '9')
    return false;
  const char *Pc = std::strrchr(Line, ' ');
  if (!Pc || Pc == Line)
    return false;
  const char *Sp = Pc - 1;
  while (Sp > Line && *Sp != ' ')
    --Sp;
  Result.Head.Registers[Rip] = hexadecimal(Pc + 3);
  Result.Head.Registers[Rsp] = hexadecimal(Sp + 3);
  Result.Head.Known = 1u << Rip | 1u << Rsp;
  Result.Head.Size = static_cast<uint32_t>(sys::copyMemory(
      Result.Bytes, Result.Head.Registers[Rsp], StallCapture::Capacity));
  Text<32> Name;
  (Name << "syscall/")
      .append(Line, static_cast<size_t>(std::strchr(Line, ' ') - Line));
  std::memcpy(Result.Operation, Name.c_str(), Name.size() + 1);
  Result.Why = Cause::Sleeping;
  return true;
}

// glibc keeps the owner in the lock; both places are part of its ABI.
uint32_t ownerOf(const char *Operation, const void *Object) noexcept {
  size_t Offset = 0;
  if (std::strstr(Operation, "pthread_mutex"))
    Offset = offsetof(pthread_mutex_t, __data.__owner);
  else if (std::strstr(Operation, "pthread_rwlock"))
    Offset = offsetof(pthread_rwlock_t, __data.__cur_writer);
  uint32_t Owner = 0;
  if (Offset != 0)
    sys::copyMemory(&Owner, addressOf(Object) + Offset, sizeof Owner);
  return Owner;
}

void copyText(char (&To)[64], uint64_t From) noexcept {
  size_t N = sys::copyMemory(To, From, sizeof To - 1);
  To[N] = 0;
}

// A thread in an interposed call: everything is published, no signal is needed.
bool takePublished(Thread &T, uint64_t Tick, StallCapture &Result) noexcept {
  PublishedCall Call;
  if (!readPublished(T, Call))
    return false;
  setRegisters(Result.Head, Call.Innermost.registers);
  Result.Head.Size = static_cast<uint32_t>(sys::copyMemory(
      Result.Bytes, Call.Innermost.registers[1], StallCapture::Capacity));
  Result.Lock = Call.Innermost.object;
  copyText(Result.Operation, addressOf(Call.Innermost.operation));
  if (Result.Lock)
    Result.Holder = ownerOf(Result.Operation, Result.Lock);
  copyText(Result.Operation, addressOf(Call.Outermost.operation));
  describeArguments(Call.Outermost, Result.Arguments);
  Result.Why = Cause::Blocked;
  return !Call.isOver(T) &&
         (Tick == 0 || T.BusySince.load(std::memory_order_relaxed) == Tick);
}

void takeInto(TakenStack &S, const gridlock_call &Call,
              size_t Capacity) noexcept {
  setRegisters(S.Head, Call.registers);
  S.Head.Size = static_cast<uint32_t>(
      sys::copyMemory(S.bytes(), Call.registers[1], Capacity));
}

} // namespace

TakenStack *takeOwnStack(const gridlock_call &Call, size_t Capacity) noexcept {
  if (Stacks.fetch_add(1, std::memory_order_relaxed) >= MostStacks) {
    lost("stacks of blocking calls and lock sites");
    return nullptr;
  }
  auto *S = static_cast<TakenStack *>(allocate(sizeof(TakenStack) + Capacity));
  if (!S)
    return nullptr;
  takeInto(*S, Call, Capacity);
  return S;
}

void retakeStack(TakenStack &Stack, const gridlock_call &Call) noexcept {
  takeInto(Stack, Call, TakenStack::Site);
}

bool PublishedCall::isOver(const Thread &T) const noexcept {
  return T.Call.load(std::memory_order_acquire) != Where ||
         T.Calls.load(std::memory_order_relaxed) != Number;
}

bool readPublished(const Thread &T, PublishedCall &Result) noexcept {
  Result.Where = T.Call.load(std::memory_order_acquire);
  Result.Number = T.Calls.load(std::memory_order_relaxed);
  const auto Read = [](const gridlock_call *From, gridlock_call &To) {
    return sys::copyMemory(&To, addressOf(From), sizeof To) == sizeof To;
  };
  if (!Result.Where || !Read(Result.Where, Result.Innermost))
    return false;
  Result.Outermost = Result.Innermost;
  for (int I = 0; Result.Outermost.outer && I < 16; ++I)
    if (!Read(Result.Outermost.outer, Result.Outermost))
      return false;
  return !Result.isOver(T);
}

namespace {

void clear(StallCapture &Result) noexcept {
  Result.Head.Known = Result.Head.Size = 0;
  Result.Why = Cause::Unknown;
  Result.Holder = 0;
  Result.Lock = nullptr;
  Result.Operation[0] = Result.Arguments.Bytes[0] = 0;
}

/// Without a signal. False: the thread runs.
bool takeWaiting(Thread &T, uint64_t Tick, StallCapture &Result) noexcept {
  clear(Result);
  // Short calls in a row: between two attempts the thread is in another one.
  for (int I = 0; I < 3; ++I)
    if (takePublished(T, Tick, Result))
      return true;
  clear(Result);
  const uint32_t Tid = T.Tid.load(std::memory_order_acquire);
  const char State = stateOf(Tid);
  if (State != 'S' && State != 'D')
    return false;
  if (!takePublished(T, Tick, Result)) {
    clear(Result);
    takeAsleep(Tid, Result);
  }
  return true;
}

} // namespace

bool takeStack(Thread &T, StallCapture &Result) noexcept {
  const uint32_t Tid = T.Tid.load(std::memory_order_acquire);
  if (Tid == 0)
    return false;
  if (!takeWaiting(T, 0, Result) && takeBySignal(Tid, Result))
    Result.Why = Cause::Running;
  return true;
}

Attempt takeStall(Thread &T, uint64_t Tick, StallCapture &Result) noexcept {
  const uint32_t Tid = T.Tid.load(std::memory_order_acquire);
  if (Tid == 0)
    return Attempt::Over;
  if (!takeWaiting(T, Tick, Result) && ask(Tid, Tick, &T))
    return Attempt::Asked;
  return T.BusySince.load(std::memory_order_relaxed) == Tick ? Attempt::Taken
                                                             : Attempt::Over;
}

Attempt takeAnswer(const Thread &T, uint64_t Tick, bool GivesUp,
                   StallCapture &Result) noexcept {
  clear(Result);
  for (Request &R : Requests) {
    if (R.Tick != Tick || R.Who != &T)
      continue;
    uint32_t Now = R.Now.load(std::memory_order_acquire);
    if (Now == Asked && GivesUp && R.Now.compare_exchange_strong(Now, Idle))
      return Attempt::Over;
    if (Now == Asked || Now == Copying)
      return Attempt::Asked;
    if (Now == Done) {
      Result.Head = R.Result.Head;
      Result.Why = Cause::Running;
      std::memcpy(Result.Bytes, R.Result.Bytes, Result.Head.Size);
      R.Now.store(Idle);
      return Attempt::Taken;
    }
  }
  return Attempt::Over;
}

static bool install(int Number, void (*Handler)(int, siginfo_t *, void *),
                    const char *Without) noexcept {
  struct sigaction Old;
  if (sigaction(Number, nullptr, &Old) != 0 || Old.sa_handler != SIG_DFL) {
    Text<200> Line;
    Line << "signal " << static_cast<uint64_t>(Number)
         << " is the program's own: " << Without;
    Line.say();
    return false;
  }
  struct sigaction Action {};
  Action.sa_sigaction = Handler;
  Action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&Action.sa_mask);
  return sigaction(Number, &Action, nullptr) == 0;
}

bool installSignal() noexcept {
  int Number =
      TheOptions.Signal ? static_cast<int>(TheOptions.Signal) : SIGRTMAX - 3;
  if (SignalNumber != 0)
    return true; // in a forked child it is in place
  if (!install(Number, onSignal,
               "no stacks of loops that run on a CPU (option signal=N)"))
    return false;
  SignalNumber = Number;
  return true;
}

int captureSignal() noexcept { return SignalNumber; }

void installLiveSignal(int Number) noexcept {
  install(
      Number,
      [](int, siginfo_t *, void *) noexcept {
        if (Self)
          Self->Signals.fetch_add(1, std::memory_order_relaxed);
        Watchdog::ask();
      },
      "it asks for no snapshot (option live_signal=N)");
}

void resetCapture() noexcept {
  for (Request &R : Requests)
    R.Now.store(Idle);
}

} // namespace gridlock::monitor

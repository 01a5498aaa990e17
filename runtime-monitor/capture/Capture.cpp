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

// The signal handler's side: one capture at a time.
enum State : uint32_t { Idle, Asked, Copying, Done };
struct {
  std::atomic<uint32_t> Now{Idle};
  std::atomic<uint32_t> Tid{0};
  StallCapture *Result;
} Request;
int SignalNumber = 0;

constexpr int GregOf[RegisterCount] = {
    REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
    REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
    REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};

// Nothing but raw system calls: errno, locks and the allocator stay untouched.
void onSignal(int, siginfo_t *, void *Context) noexcept {
  if (Watchdog::isThread(static_cast<uint32_t>(sys::threadId())))
    return Watchdog::ask(); // gridlock report --live
  if (Self)
    Self->Signals.fetch_add(1, std::memory_order_relaxed);
  uint32_t Expected = Asked;
  if (Request.Tid.load(std::memory_order_acquire) !=
          static_cast<uint32_t>(sys::threadId()) ||
      !Request.Now.compare_exchange_strong(Expected, Copying))
    return; // came too late, or was sent by someone else
  auto *U = static_cast<ucontext_t *>(Context);
  Snapshot &S = Request.Result->Head;
  for (unsigned I = 0; I < RegisterCount; ++I)
    S.Registers[I] = static_cast<uint64_t>(U->uc_mcontext.gregs[GregOf[I]]);
  S.Known = (1u << RegisterCount) - 1;
  S.Size = static_cast<uint32_t>(sys::copyMemory(
      Request.Result->Bytes, S.Registers[Rsp], StallCapture::Capacity));
  Request.Now.store(Done, std::memory_order_release);
  sys::futexWake(&Request.Now, 1);
}

uint32_t waitFor(uint32_t Seen, uint64_t Ns) noexcept {
  timespec Time{0, static_cast<long>(Ns)};
  sys::futexWait(&Request.Now, Seen, &Time);
  return Request.Now.load(std::memory_order_acquire);
}

bool takeBySignal(uint32_t Tid, StallCapture &Result) noexcept {
  if (SignalNumber == 0)
    return false;
  Request.Result = &Result;
  Request.Tid.store(Tid, std::memory_order_relaxed);
  Request.Now.store(Asked, std::memory_order_release);
  if (sys::call(SYS_tgkill, sys::processId(), Tid, SignalNumber) != 0) {
    Request.Now.store(Idle);
    return false;
  }
  uint32_t Now = Asked;
  for (int I = 0; I < 20 && Now == Asked; ++I)
    Now = waitFor(Asked, 5000000);
  uint32_t Expected = Asked;
  if (Request.Now.compare_exchange_strong(Expected, Idle))
    return false; // the thread blocks the signal, or gets no CPU
  while (Now != Done)
    Now = waitFor(Copying, 5000000);
  Request.Now.store(Idle);
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
  gridlock_call *Where = T.Call.load(std::memory_order_acquire);
  uint64_t Number = T.Calls.load(std::memory_order_relaxed);
  gridlock_call Call;
  if (!Where ||
      sys::copyMemory(&Call, addressOf(Where), sizeof Call) != sizeof Call)
    return false;
  setRegisters(Result.Head, Call.registers);
  Result.Head.Size = static_cast<uint32_t>(
      sys::copyMemory(Result.Bytes, Call.registers[1], StallCapture::Capacity));
  Result.Lock = Call.object;
  copyText(Result.Operation, addressOf(Call.operation));
  if (Call.object)
    Result.Holder = ownerOf(Result.Operation, Call.object);
  for (int I = 0; Call.outer && I < 16;
       ++I) // the outermost call is what the program made
    if (sys::copyMemory(&Call, addressOf(Call.outer), sizeof Call) !=
        sizeof Call)
      return false;
    else
      copyText(Result.Operation, addressOf(Call.operation));
  Result.Why = Cause::Blocked;
  return T.Call.load(std::memory_order_acquire) == Where &&
         T.Calls.load(std::memory_order_relaxed) == Number &&
         (Tick == 0 || T.BusySince.load(std::memory_order_relaxed) == Tick);
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
  setRegisters(S->Head, Call.registers);
  S->Head.Size = static_cast<uint32_t>(
      sys::copyMemory(S->bytes(), Call.registers[1], Capacity));
  return S;
}

bool takeStack(Thread &T, uint64_t Tick, StallCapture &Result) noexcept {
  uint32_t Tid = T.Tid.load(std::memory_order_acquire);
  Result.Head.Known = Result.Head.Size = 0;
  Result.Why = Cause::Unknown;
  Result.Holder = 0;
  Result.Lock = nullptr;
  Result.Operation[0] = 0;
  if (Tid == 0)
    return false;
  // Short calls in a row: between two attempts the thread is in another one.
  for (int I = 0; I < 3; ++I)
    if (takePublished(T, Tick, Result))
      return true;
  Result.Operation[0] = 0;
  Result.Lock = nullptr;
  Result.Holder = 0;
  Result.Why = Cause::Unknown;
  char State = stateOf(Tid);
  if (State == 'S' || State == 'D') {
    if (!takePublished(T, Tick, Result))
      takeAsleep(Tid, Result);
  } else if (takeBySignal(Tid, Result)) {
    Result.Why = Cause::Running;
  }
  return Tick == 0 || T.BusySince.load(std::memory_order_relaxed) == Tick;
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
  Request.Now.store(Idle);
  Request.Tid.store(0);
}

} // namespace gridlock::monitor

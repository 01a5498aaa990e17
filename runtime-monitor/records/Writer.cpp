// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/records/Writer.h"

#include "runtime-monitor/core/Descriptors.h"
#include "runtime-monitor/core/Lock.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Text.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

namespace gridlock::monitor {

static Lock WriterLock;
// The program may close our descriptor and use its number.
struct OpenFile {
  int Fd = -1;
  uint64_t Device = 0, Node = 0;
};
static OpenFile Files[2]; // in the program's table, in the watchdog's own
static uint64_t Written = 0;
static bool Broken = false;
static char Directory[2048];
static long NotMade = 0; // why
static char Path[2304];

namespace {

struct LostCount {
  std::atomic<const char *> What;
  std::atomic<uint64_t> Count, Said;
};
LostCount Losses[16];

const char *reason(long Error) noexcept {
  switch (-Error) {
  case ENOSPC:
    return "no space left on the device";
  case EROFS:
    return "read-only file system";
  case EACCES:
    return "permission denied";
  case ENOENT:
    return "no such directory";
  case ENOTDIR:
    return "not a directory";
  case EDQUOT:
    return "disk quota exceeded";
  case EMFILE:
  case ENFILE:
    return "too many open files";
  case EFBIG:
    return "file size limit reached";
  default:
    return "input/output error";
  }
}

void giveUp(const char *Which, long Error) noexcept {
  Broken = true;
  Text<3000> Line;
  Line << "records are lost, nothing more is written to " << Which << ": "
       << reason(Error);
  Line.say();
}

long identify(int Fd, uint64_t &Device, uint64_t &Node) noexcept {
  struct statx Info;
  long Result = sys::call(SYS_statx, Fd, sys::address(""), AT_EMPTY_PATH,
                          STATX_INO, sys::address(&Info));
  Device = (uint64_t{Info.stx_dev_major} << 32) | Info.stx_dev_minor;
  Node = Info.stx_ino;
  return Result;
}

OpenFile &ownFile() noexcept { return Files[Descriptors::separated()]; }

bool isOpen(const OpenFile &File) noexcept {
  uint64_t Device, Node;
  return File.Fd >= 0 && identify(File.Fd, Device, Node) == 0 &&
         Device == File.Device && Node == File.Node;
}

void setFile(OpenFile &File, long Fd) noexcept {
  File.Fd = static_cast<int>(Fd);
  identify(File.Fd, File.Device, File.Node);
}

// With the lock held. False if nothing can be written.
bool usable() noexcept {
  if (Broken)
    return false;
  OpenFile &File = ownFile();
  if (isOpen(File))
    return true;
  File.Fd = -1;
  long Fd = sys::open(Path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (Fd < 0) {
    giveUp(Path, Fd);
    return false;
  }
  setFile(File, Fd);
  return true;
}

// writev without SIGXFSZ, which would end the program at its file size limit.
long writeQuietly(const iovec *Parts, int Count) noexcept {
  const uint64_t Limit = uint64_t{1} << (SIGXFSZ - 1);
  uint64_t Before;
  sys::call(SYS_rt_sigprocmask, SIG_BLOCK, sys::address(&Limit),
            sys::address(&Before), sizeof Limit);
  long N = sys::call(SYS_writev, ownFile().Fd, sys::address(Parts), Count);
  if (N == -EFBIG && !(Before & Limit)) {
    const timespec Now{};
    sys::call(SYS_rt_sigtimedwait, sys::address(&Limit), 0, sys::address(&Now),
              sizeof Limit);
  }
  sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::address(&Before), 0,
            sizeof Before);
  return N;
}

void writeWhole(iovec *Parts, int Count) noexcept {
  size_t Size = 0;
  for (int I = 0; I < Count; ++I)
    Size += Parts[I].iov_len;
  if (Written + Size > TheOptions.MaxMb << 20) {
    Broken = true;
    Text<2500> Line;
    Line << "records are lost: " << Path
         << " has reached max_mb=" << TheOptions.MaxMb;
    return Line.say();
  }
  long N = writeQuietly(Parts, Count);
  if (N == static_cast<long>(Size)) {
    Written += Size;
    return;
  }
  // Part of a record would make the rest unreadable: ask why, and take it back.
  if (N >= 0) {
    char Rest = 0;
    const iovec One{&Rest, 1};
    N = writeQuietly(&One, 1);
    sys::call(SYS_ftruncate, ownFile().Fd, static_cast<long>(Written));
  }
  giveUp(Path, N);
}

void makeDirectory() noexcept {
  char Part[sizeof Directory];
  size_t Size = std::strlen(Directory);
  for (size_t I = 1; I <= Size; ++I)
    if (Directory[I] == '/' || Directory[I] == 0) {
      std::memcpy(Part, Directory, I);
      Part[I] = 0;
      const long Result = sys::call(SYS_mkdir, sys::address(Part), 0777);
      if (Result < 0 && Result != -EEXIST && NotMade == 0)
        NotMade = Result;
    }
}

uint64_t realtime() noexcept {
  timespec T;
  clock_gettime(CLOCK_REALTIME, &T);
  return static_cast<uint64_t>(T.tv_sec) * 1000000000u +
         static_cast<uint64_t>(T.tv_nsec);
}

size_t readFile(const char *Name, char *To, size_t Size) noexcept {
  long Fd = sys::open(Name, O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return 0;
  size_t Have = 0;
  while (Have < Size) {
    long N = sys::read(static_cast<int>(Fd), To + Have, Size - Have);
    if (N <= 0)
      break;
    Have += static_cast<size_t>(N);
  }
  sys::close(static_cast<int>(Fd));
  return Have;
}

void writeHeader() noexcept {
  FileHeader H{};
  std::memcpy(H.Magic, FileMagic, sizeof H.Magic);
  H.Version = FormatVersion;
  H.Pid = static_cast<uint32_t>(sys::processId());
  H.ParentPid = static_cast<uint32_t>(sys::call(SYS_getppid));
  H.ThresholdMs = static_cast<uint32_t>(TheOptions.ThresholdMs);
  H.BlockMs = static_cast<uint32_t>(TheOptions.BlockMs);
  H.ContentionMs = static_cast<uint32_t>(TheOptions.ContentionMs);
  H.StartRealtime = realtime();
  H.VdsoBase = getauxval(AT_SYSINFO_EHDR);
  iovec Part{&H, sizeof H};
  writeWhole(&Part, 1);
}

void writeProcess() noexcept {
  static char Info[9216]; // only ever used by the thread that opens the file
  size_t Size = 0;
  long N = sys::call(SYS_readlinkat, AT_FDCWD, sys::address("/proc/self/exe"),
                     sys::address(Info), 2000);
  Size = N > 0 ? static_cast<size_t>(N) : 0;
  Info[Size++] = 0;
  size_t From = Size;
  Size += readFile("/proc/self/cmdline", Info + Size, 4000);
  for (size_t I = From; I < Size; ++I)
    if (Info[I] == 0)
      Info[I] = ' ';
  Info[Size++] = 0;
  N = sys::call(SYS_getcwd, sys::address(Info + Size), 2000);
  Size += N > 0 ? static_cast<size_t>(N) : 1; // getcwd counts its final zero
  N = static_cast<long>(std::strlen(TheOptions.Suppressions)) + 1;
  std::memcpy(Info + Size, TheOptions.Suppressions, static_cast<size_t>(N));
  Size += static_cast<size_t>(N);
  writeRecord(RecordKind::Process, {Info, Size});
  if (uint64_t Vdso = getauxval(AT_SYSINFO_EHDR))
    if (size_t Have = sys::copyMemory(Info, Vdso, sizeof Info))
      writeRecord(RecordKind::Vdso, {Info, Have});
}

// DIR/name.pid.glkmon, with a number where that file is there already (exec).
bool createFile() noexcept {
  char Name[17] = {}; // the main thread's; without /proc, this one's
  if (const size_t Size = readFile("/proc/self/comm", Name, 16))
    Name[Size - 1] = 0; // its newline
  else
    sys::call(SYS_prctl, PR_GET_NAME, sys::address(Name));
  for (char &C : Name)
    if (C == '/')
      C = '_';
  for (uint64_t Attempt = 1;; ++Attempt) {
    Text<sizeof Path - 1> P;
    P << Directory << "/" << Name << "."
      << static_cast<uint64_t>(sys::processId());
    if (Attempt > 1)
      P << "-" << Attempt;
    P << FileSuffix;
    std::memcpy(Path, P.c_str(), P.size() + 1);
    long Fd = sys::open(
        Path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (Fd == -EEXIST && Attempt < 10000)
      continue;
    if (Fd < 0) {
      giveUp(Directory, Fd == -ENOENT && NotMade != 0 ? NotMade : Fd);
      return false;
    }
    // Out of the way of programs that expect the lowest numbers.
    long High = sys::call(SYS_fcntl, Fd, F_DUPFD_CLOEXEC, 200);
    if (High >= 0) {
      sys::close(static_cast<int>(Fd));
      Fd = High;
    }
    setFile(ownFile(), Fd);
    return true;
  }
}

} // namespace

static void createAndBegin() noexcept {
  {
    Locked Guard(WriterLock);
    Written = 0;
    if (!createFile())
      return;
    writeHeader();
  }
  writeProcess();
}

void openRecords() noexcept {
  Text<sizeof Directory - 1> D;
  if (TheOptions.Dir[0] != '/') {
    char Here[1024];
    if (sys::call(SYS_getcwd, sys::address(Here), sizeof Here) > 0)
      D << Here << "/";
  }
  D << TheOptions.Dir;
  std::memcpy(Directory, D.c_str(), D.size() + 1);
  makeDirectory();
  createAndBegin();
}

static bool WaitsForFirst = false;

void reopenRecords() noexcept {
  WriterLock.reset();
  for (LostCount &L : Losses)
    L.Count.store(0, std::memory_order_relaxed);
  if (isOpen(Files[0]))
    sys::close(Files[0].Fd);
  Files[0] = Files[1] = {};
  Broken = false;
  // A privileged child may drop its rights soon; others often only exec.
  WaitsForFirst = sys::call(SYS_geteuid) != 0;
  if (!WaitsForFirst)
    createAndBegin();
}

void copyRecordsDescriptor() noexcept {
  Locked Guard(WriterLock);
  OpenFile Copied = Files[0];
  Copied.Fd = static_cast<int>(Descriptors::copy(Files[0].Fd));
  if (isOpen(Copied))
    Files[1] = Copied;
  else if (Copied.Fd >= 0)
    sys::close(Copied.Fd); // the program's
}

bool anyRecords() noexcept { return Written != 0; }

static void append(iovec *Parts, int Count) noexcept {
  if (WaitsForFirst) {
    WaitsForFirst = false;
    createAndBegin();
  }
  Locked Guard(WriterLock);
  if (usable())
    writeWhole(Parts, Count);
}

void writeRecord(RecordKind Kind, Piece First, Piece Second) noexcept {
  static const char Zeros[8] = {};
  RecordHeader H{Kind, static_cast<uint32_t>(First.Size + Second.Size)};
  iovec Parts[] = {{&H, sizeof H},
                   {const_cast<void *>(First.Data), First.Size},
                   {const_cast<void *>(Second.Data), Second.Size},
                   {const_cast<char *>(Zeros), (8 - H.Size % 8) % 8}};
  append(Parts, 4);
}

void writePrepared(Piece Records) noexcept {
  iovec Part{const_cast<void *>(Records.Data), Records.Size};
  append(&Part, 1);
}

void lost(const char *What, uint64_t Count) noexcept {
  for (LostCount &L : Losses) {
    const char *Empty = nullptr;
    if (L.What.load(std::memory_order_relaxed) == What ||
        L.What.compare_exchange_strong(Empty, What) || Empty == What) {
      L.Count.fetch_add(Count, std::memory_order_relaxed);
      return;
    }
  }
}

void writeLost() noexcept {
  for (LostCount &L : Losses) {
    uint64_t Count = L.Count.load(std::memory_order_relaxed);
    if (Count == 0 || Count == L.Said.load(std::memory_order_relaxed))
      continue;
    L.Said.store(Count, std::memory_order_relaxed);
    LostRecord R{};
    std::strncpy(R.What, L.What.load(std::memory_order_relaxed),
                 sizeof R.What - 1);
    R.Count = Count;
    writeRecord(RecordKind::Lost, {&R, sizeof R});
  }
}

} // namespace gridlock::monitor

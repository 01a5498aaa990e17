// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Arguments.h"

#include "runtime-monitor/core/Descriptors.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/core/Text.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

namespace gridlock::monitor {

namespace {

constexpr const char *Cut = "...";
// Room for several long parts; the whole is cut off at the end.
using Line = Text<2 * ArgumentText::Capacity>;

/// Printable, so that a name can't forge lines of a report.
void addPlain(Line &To, const char *Bytes, size_t Size) noexcept {
  for (size_t I = 0; I < Size; ++I) {
    const auto C = static_cast<unsigned char>(Bytes[I]);
    const char Plain = C < ' ' || C == 0x7f ? '?' : Bytes[I];
    To.append(&Plain, 1);
  }
}

/// A text of the program's at an address that may be anything.
void addText(Line &To, uint64_t From) noexcept {
  char Part[ArgumentText::Capacity];
  // A page at most at once: what follows the text may not be mapped.
  size_t Have = sys::copyMemory(Part, From, sizeof Part);
  Have = strnlen(Part, Have);
  if (Have == 0 && From == 0)
    To << "(null)";
  addPlain(To, Part, Have);
}

template <class T> bool read(uint64_t From, T &To) noexcept {
  return sys::copyMemory(&To, From, sizeof To) == sizeof To;
}

void addHex(Line &To, unsigned Value) noexcept {
  char Digits[8];
  size_t At = sizeof Digits;
  do
    Digits[--At] = "0123456789abcdef"[Value % 16];
  while (Value /= 16);
  To.append(Digits + At, sizeof Digits - At);
}

void addIpv6(Line &To, const in6_addr &A) noexcept {
  const auto Group = [&](int I) {
    return static_cast<unsigned>(A.s6_addr[2 * I] << 8 | A.s6_addr[2 * I + 1]);
  };
  int Best = 8, Longest = 1; // the longest run of zeros is left out
  for (int I = 0; I < 8; ++I) {
    int Length = 0;
    while (I + Length < 8 && Group(I + Length) == 0)
      ++Length;
    if (Length > Longest) {
      Longest = Length;
      Best = I;
    }
  }
  for (int I = 0; I < 8; ++I) {
    if (I == Best) {
      To << "::";
      I += Longest - 1;
      continue;
    }
    if (I != 0 && I != Best + Longest)
      To << ":";
    addHex(To, Group(I));
  }
}

void addPort(Line &To, in_port_t Port) noexcept {
  To << ":" << uint64_t{ntohs(Port)};
}

/// False: of no known family, or unnamed.
bool addAddress(Line &To, const sockaddr_storage &A, size_t Size) noexcept {
  if (A.ss_family == AF_INET && Size >= sizeof(sockaddr_in)) {
    const auto &In = reinterpret_cast<const sockaddr_in &>(A);
    const auto *Byte = reinterpret_cast<const uint8_t *>(&In.sin_addr);
    for (int I = 0; I < 4; ++I)
      To << (I ? "." : "") << uint64_t{Byte[I]};
    addPort(To, In.sin_port);
    return true;
  }
  if (A.ss_family == AF_INET6 && Size >= sizeof(sockaddr_in6)) {
    const auto &In = reinterpret_cast<const sockaddr_in6 &>(A);
    To << "[";
    addIpv6(To, In.sin6_addr);
    To << "]";
    addPort(To, In.sin6_port);
    return true;
  }
  constexpr size_t Path = offsetof(sockaddr_un, sun_path);
  if (A.ss_family != AF_UNIX || Size <= Path)
    return false;
  const auto &Un = reinterpret_cast<const sockaddr_un &>(A);
  const bool Abstract = Un.sun_path[0] == 0;
  if (Abstract)
    To << "@";
  const char *Name = Un.sun_path + Abstract;
  const size_t Room = std::min(Size, sizeof Un) - Path - Abstract;
  addPlain(To, Name, Abstract ? Room : strnlen(Name, Room));
  return true;
}

int option(int Fd, int Name) noexcept {
  int Value = -1;
  socklen_t Size = sizeof Value;
  sys::call(SYS_getsockopt, Fd, SOL_SOCKET, Name, sys::address(&Value),
            sys::address(&Size));
  return Value;
}

void addSocket(Line &To, int Fd) noexcept {
  const int Domain = option(Fd, SO_DOMAIN), Type = option(Fd, SO_TYPE);
  const bool Ip = Domain == AF_INET || Domain == AF_INET6;
  To << (Ip && Type == SOCK_STREAM  ? "TCP "
         : Ip && Type == SOCK_DGRAM ? "UDP "
         : Domain == AF_UNIX        ? "unix "
                                    : "")
     << "socket";
  for (const long Which : {SYS_getpeername, SYS_getsockname}) {
    sockaddr_storage Address{};
    socklen_t Size = sizeof Address;
    Line Name;
    if (sys::call(Which, Fd, sys::address(&Address), sys::address(&Size)) < 0 ||
        !addAddress(Name, Address, std::min<size_t>(Size, sizeof Address)))
      continue;
    To << (Which == SYS_getpeername         ? " to "
           : option(Fd, SO_ACCEPTCONN) == 1 ? " listening at "
                                            : " at ")
       << Name.c_str();
    return;
  }
}

void addDescriptor(Line &To, int Fd) noexcept {
  To << "descriptor ";
  if (Fd < 0) {
    To << "-" << uint64_t{0u - static_cast<unsigned>(Fd)};
    return;
  }
  To << static_cast<uint64_t>(Fd) << " (";
  struct stat Status {};
  Text<48> Link;
  Link << "/proc/self/fd/" << static_cast<uint64_t>(Fd);
  char Target[ArgumentText::Capacity];
  const long Size = sys::call(SYS_readlink, sys::address(Link.c_str()),
                              sys::address(Target), sizeof Target);
  const size_t Have = Size > 0 ? static_cast<size_t>(Size) : 0;
  const bool Named = Have != 0 && Target[0] == '/';
  if (Descriptors::status(Fd, Status) < 0) {
    To << "not open)";
    return;
  }
  switch (Status.st_mode & S_IFMT) {
  case S_IFSOCK:
    addSocket(To, ProgramDescriptor(Fd));
    To << ")";
    return;
  case S_IFIFO:
    To << "pipe";
    break;
  case S_IFDIR:
    To << "directory";
    break;
  case S_IFBLK:
    To << "device";
    break;
  case S_IFCHR: {
    const unsigned Major = major(Status.st_rdev);
    // Consoles, serial lines and pseudo terminals.
    const bool Terminal =
        Major == 4 || Major == 5 || (Major >= 136 && Major < 144);
    To << (Terminal ? "terminal" : "device");
    break;
  }
  case S_IFREG:
    To << "file";
    break;
  default: // eventfd, timerfd, epoll ...: the kernel's own name
    addPlain(To, Target, Have);
    To << ")";
    return;
  }
  if (Named) {
    To << " ";
    addPlain(To, Target, Have);
  }
  To << ")";
}

void addDuration(Line &To, uint64_t Ns) noexcept {
  const bool Whole = Ns % 1000000000 == 0;
  const uint64_t Unit = Whole ? 1000000000 : Ns >= 1000000 ? 1000000 : 1000;
  To << "for " << Ns / Unit << (Whole ? " s" : Unit == 1000000 ? " ms" : " us");
}

void addPolled(Line &To, uint64_t Array, uint64_t Count) noexcept {
  pollfd First;
  if (Count == 0 || !read(Array, First))
    return;
  addDescriptor(To, First.fd);
  if (Count > 1)
    To << " and " << Count - 1 << " more";
}

/// One argument; Next: the one after it.
void add(Line &To, char Kind, uint64_t Value, uint64_t Next) noexcept {
  const auto Number = static_cast<int>(Value);
  switch (Kind) {
  case 'p':
    To << "path ";
    return addText(To, Value);
  case 'D': // the path follows
    if (char First = 0;
        Number == AT_FDCWD || (read(Next, First) && First == '/'))
      return;
    return addDescriptor(To, Number);
  case 'd':
    return addDescriptor(To, Number);
  case 'C':
    To << "descriptor " << (Value & 0xffffffff);
    return;
  case 'F':
    if (FILE Stream; read(Value, Stream))
      addDescriptor(To, Stream._fileno);
    return;
  case 'L':
    if (int Fd; read(Value, Fd)) // glibc's DIR begins with it
      addDescriptor(To, Fd);
    return;
  case 'q':
    return addPolled(To, Value, Next);
  case 'a': {
    sockaddr_storage Address{};
    // Shorter ones may lie at the end of what is mapped.
    const size_t Have = sys::copyMemory(&Address, Value, sizeof Address);
    Line Name;
    if (Value != 0 &&
        addAddress(Name, Address, std::min(Have, sizeof(sockaddr_un))))
      To << "address " << Name.c_str();
    return;
  }
  case 'h':
  case 'v':
    if (Value == 0)
      return;
    To << (Kind == 'h' ? "host " : "service ");
    return addText(To, Value);
  case 'c':
    To << "command ";
    return addText(To, Value);
  case 't':
    To << "'";
    addText(To, Value);
    To << "'";
    return;
  case 'P':
    if (Number > 0)
      To << "process " << static_cast<uint64_t>(Number);
    else
      To << "any child process";
    return;
  case 'T':
    if (timespec Time; Value != 0 && read(Value, Time))
      addDuration(To, static_cast<uint64_t>(Time.tv_sec) * 1000000000 +
                          static_cast<uint64_t>(Time.tv_nsec));
    return;
  case 's':
    return addDuration(To, (Value & 0xffffffff) * 1000000000);
  case 'm':
    if (Number >= 0)
      addDuration(To, static_cast<uint64_t>(Number) * 1000000);
    return;
  case 'u':
    return addDuration(To, (Value & 0xffffffff) * 1000);
  default:
    return;
  }
}

} // namespace

void describeArguments(const gridlock_call &Call, ArgumentText &To) noexcept {
  To.Bytes[0] = 0;
  char Kinds[2];
  if (!TheOptions.Arguments || !Call.kinds ||
      !read(reinterpret_cast<uint64_t>(Call.kinds), Kinds))
    return;
  Line All;
  for (int I = 0; I < 2 && Kinds[I]; ++I) {
    Line One;
    add(One, Kinds[I], Call.arguments[I], I == 0 ? Call.arguments[1] : 0);
    if (One.size() != 0)
      All << (All.size() ? ", " : "") << One.c_str();
  }
  size_t Size = All.size();
  if (Size < sizeof To.Bytes) {
    std::memcpy(To.Bytes, All.c_str(), Size + 1);
    return;
  }
  Size = sizeof To.Bytes - 1 - std::strlen(Cut);
  // Not in the middle of a character.
  while (Size != 0 && (All.c_str()[Size] & 0xc0) == 0x80)
    --Size;
  std::memcpy(To.Bytes, All.c_str(), Size);
  std::memcpy(To.Bytes + Size, Cut, std::strlen(Cut) + 1);
}

void SharedArguments::set(const ArgumentText &From) noexcept {
  const uint32_t Before = Version.load(std::memory_order_relaxed);
  Version.store(Before + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(&Text, &From, sizeof Text);
  Version.store(Before + 2, std::memory_order_release);
}

bool SharedArguments::get(ArgumentText &To) const noexcept {
  const uint32_t Before = Version.load(std::memory_order_acquire);
  std::memcpy(&To, &Text, sizeof To);
  std::atomic_thread_fence(std::memory_order_acquire);
  return Before % 2 == 0 && Version.load(std::memory_order_relaxed) == Before;
}

} // namespace gridlock::monitor

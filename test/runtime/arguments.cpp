// What a blocking call was made on, in text and JSON: from the call's end and, of one that never
// ends, from its midst. How much of it was spent off the CPU. Long texts are cut off and marked,
// control characters don't get into reports, and arguments=0 keeps all of it out of the record.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "said('opensFifo_bad').startswith('path /') and said('opensFifo_bad').endswith('/fifo')" \
// RUN:   "said('readsPipe_bad').startswith('descriptor ') and said('readsPipe_bad').endswith(' (pipe)')" \
// RUN:   "' (TCP socket to 127.0.0.1:' in said('readsSocket_bad')" \
// RUN:   "' (TCP socket to [::1]:' in said('readsIpv6_bad')" \
// RUN:   "' (TCP socket listening at 127.0.0.1:' in said('accepts_bad')" \
// RUN:   "said('readsUnix_bad').endswith(' (unix socket at @gridlock?test)')" \
// RUN:   "' (terminal /dev/' in said('readsTerminal_bad')" \
// RUN:   "said('readsStream_bad').endswith(' (pipe)')" \
// RUN:   "said('readsRandom_bad').endswith(' (device /dev/urandom)')" \
// RUN:   "said('readsEvent_bad').endswith(' (anon_inode:[eventfd])')" \
// RUN:   "said('polls_bad').endswith(' (pipe) and 1 more')" \
// RUN:   "said('locks_bad').startswith('descriptor ') and said('locks_bad').endswith('/locked)') and '(file /' in said('locks_bad')" \
// RUN:   "said('sleeps_bad') == 'for 110 ms' and said('sleepsLong_bad') == 'for 1 s'" \
// RUN:   "said('runs_bad') == 'command sleep 0.11'" \
// RUN:   "said('waitsForChild_bad').startswith('process ')" \
// RUN:   "said('opensLong_bad').endswith('aaa...') and len(said('opensLong_bad')) < 160" \
// RUN:   "said('forged_bad').endswith('/fo?warning: rged')" \
// RUN:   "said('own_bad') == \"path /own, 'of mine'\"" \
// RUN:   "said('never_bad') == 'for 1000 s'" \
// RUN:   "named('readsRandom_bad')['on_cpu_ns'] > 50 * ms and named('sleeps_bad')['on_cpu_ns'] < 30 * ms" \
// RUN:   "named('burnsAfterSleep_bad')['on_cpu_ns'] > 50 * ms" \
// RUN:   "named('sleepsLong_bad')['off_cpu_percent'] > 90" \
// RUN:   "'_ok' not in str(by)" || exit 1; done
// RUN: %FileCheck %s < %t.preloaded.txt
// CHECK-DAG: blocked here by posix-file/open{{(64)?}} once, worst {{.*}} % of it off the CPU; path /{{.*}}/fifo [gridlock-blocking-in-callback]
// CHECK-DAG: blocked here by posix-sleep/usleep 3 times, worst {{.*}} % of it off the CPU; the longest: for 110 ms [gridlock-blocking-in-callback]
// RUN: rm -rf %t.private && env GRIDLOCK_OPTIONS=arguments=0 %gridlock run --output %t.private -- %t.preloaded
// RUN: %gridlock report %t.private --format json --output %t.private.json
// RUN: %expect %t.private.json "len(by['gridlock-blocking-in-callback']) > 15" "not any('arguments' in f for f in findings)"
#include "helper.h"
#include "loop.h"
#include <arpa/inet.h>
#include <cstdio>
#include <fcntl.h>
#include <gridlock/monitor.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <vector>

#define APART [[gnu::noinline]]
constexpr long Ms = 110;
static Helper *Other;
static std::string Folder;

static int check(int Rc) {
  if (Rc < 0) {
    std::perror("arguments");
    std::abort();
  }
  return Rc;
}
static std::string path(const char *Name) { return Folder + "/" + Name; }
static void writesLater(int Fd) {
  Other->later([Fd] {
    sleepMs(Ms);
    if (write(Fd, "\1\0\0\0\0\0\0\n", 8) != 8)
      std::abort();
  });
}
#define READS(FD)                                                                                                      \
  char Got[8];                                                                                                         \
  check(static_cast<int>(read(FD, Got, sizeof Got)))
static void opensLater(const std::string &Fifo) {
  check(mkfifo(Fifo.c_str(), 0600));
  Other->later([=] {
    sleepMs(Ms);
    close(check(open(Fifo.c_str(), O_WRONLY)));
  });
}

APART void opensFifo_bad(const std::string &Fifo) { close(check(open(Fifo.c_str(), O_RDONLY))); }
APART void opensLong_bad(const std::string &Fifo) { close(check(open(Fifo.c_str(), O_RDONLY))); }
APART void forged_bad(const std::string &Fifo) { close(check(open(Fifo.c_str(), O_RDONLY))); }
APART void readsPipe_bad(int Fd) { READS(Fd); }
APART void readsSocket_bad(int Fd) { READS(Fd); }
APART void readsIpv6_bad(int Fd) { READS(Fd); }
APART void readsUnix_bad(int Fd) { READS(Fd); }
APART void readsTerminal_bad(int Fd) { READS(Fd); }
APART void readsEvent_bad(int Fd) { READS(Fd); }
APART void accepts_bad(int Fd) { close(check(accept(Fd, nullptr, nullptr))); }
APART void readsStream_bad(FILE *Stream) {
  char Line[16];
  if (!std::fgets(Line, sizeof Line, Stream))
    std::abort();
}
APART void polls_bad(int First, int Second) {
  pollfd Both[] = {{First, POLLIN, 0}, {Second, POLLIN, 0}};
  check(poll(Both, 2, 2000));
}
APART void locks_bad(int Fd) { check(flock(Fd, LOCK_EX)); asm(""); }
APART void sleeps_bad() { usleep(Ms * 1000); asm(""); }
APART void sleepsLong_bad() { sleep(1); asm(""); }
APART void runs_bad() { check(system("sleep 0.11")); }
APART void waitsForChild_bad(pid_t Child) { check(waitpid(Child, nullptr, 0)); }
// Work of a tenth of a second or more for the kernel.
static std::vector<char> Much(size_t{64} << 20, 1);
static int Random;
APART void readsRandom_bad() { check(static_cast<int>(read(Random, Much.data(), Much.size()))); }
APART void burnsAfterSleep_bad() { check(static_cast<int>(read(Random, Much.data(), Much.size()))); }
APART void own_bad() {
  gridlock_call Call;
  GRIDLOCK_CAPTURE(&Call);
  if (gridlock_call_begin_on)
    gridlock_call_begin_on(&Call, "mylib/fetch", __builtin_return_address(0), "pt",
                           reinterpret_cast<uint64_t>("/own"), reinterpret_cast<uint64_t>("of mine"));
  for (int I = 0; I < 11; ++I)
    poll(nullptr, 0, 10);
  if (gridlock_call_end)
    gridlock_call_end(&Call);
}
APART void never_bad() { sleep(1000); asm(""); }
APART void short_ok(int Fd) {
  char Got;
  if (read(Fd, &Got, 1) >= 0)
    std::abort();
}

template <class Address> static int listenAt(const Address &At) {
  const int Fd = check(socket(reinterpret_cast<const sockaddr &>(At).sa_family, SOCK_STREAM, 0));
  check(bind(Fd, reinterpret_cast<const sockaddr *>(&At), sizeof At));
  check(listen(Fd, 1));
  return Fd;
}
template <class Address> static int connectTo(int Listening, Address &To) {
  socklen_t Size = sizeof To;
  check(getsockname(Listening, reinterpret_cast<sockaddr *>(&To), &Size));
  const int Fd = check(socket(reinterpret_cast<const sockaddr &>(To).sa_family, SOCK_STREAM, 0));
  check(connect(Fd, reinterpret_cast<sockaddr *>(&To), Size));
  return Fd;
}

static void run(int Round) {
  static int Pipe[2], Quiet[2], V4, V6, Mine, Peer, Unix[2];
  static sockaddr_in Local;
  switch (Round) {
  case 0:
    Random = check(open("/dev/urandom", O_RDONLY));
    check(pipe(Pipe));
    check(pipe2(Quiet, O_NONBLOCK));
    Local.sin_family = AF_INET;
    Local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    V4 = listenAt(Local);
    break;
  case 5:
    opensLater(path("fifo"));
    return opensFifo_bad(path("fifo"));
  case 6: {
    std::string Deep = Folder;
    for (int I = 0; I < 3; ++I)
      check(mkdir((Deep += "/" + std::string(100, 'a')).c_str(), 0700));
    opensLater(Deep + "/fifo");
    return opensLong_bad(Deep + "/fifo");
  }
  case 7:
    opensLater(path("fo\nwarning: rged"));
    return forged_bad(path("fo\nwarning: rged"));
  case 8:
    writesLater(Pipe[1]);
    return readsPipe_bad(Pipe[0]);
  case 9:
    Mine = connectTo(V4, Local);
    Peer = check(accept(V4, nullptr, nullptr));
    writesLater(Peer);
    return readsSocket_bad(Mine);
  case 10:
    Other->later([] {
      sleepMs(Ms);
      close(connectTo(V4, Local));
    });
    return accepts_bad(V4);
  case 11: {
    sockaddr_in6 At{};
    At.sin6_family = AF_INET6;
    At.sin6_addr = in6addr_loopback;
    V6 = listenAt(At);
    Mine = connectTo(V6, At);
    writesLater(check(accept(V6, nullptr, nullptr)));
    return readsIpv6_bad(Mine);
  }
  case 12: {
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, Unix));
    sockaddr_un Name{AF_UNIX, "\0gridlock\ntest"};
    check(bind(Unix[0], reinterpret_cast<sockaddr *>(&Name), offsetof(sockaddr_un, sun_path) + 14));
    writesLater(Unix[1]);
    return readsUnix_bad(Unix[0]);
  }
  case 13: {
    const int Master = check(posix_openpt(O_RDWR | O_NOCTTY));
    check(grantpt(Master));
    check(unlockpt(Master));
    const int Slave = check(open(ptsname(Master), O_RDWR | O_NOCTTY));
    writesLater(Master);
    return readsTerminal_bad(Slave);
  }
  case 14: {
    const int Event = check(eventfd(0, 0));
    writesLater(Event);
    return readsEvent_bad(Event);
  }
  case 15:
    writesLater(Pipe[1]);
    return readsStream_bad(fdopen(Pipe[0], "r"));
  case 16:
    writesLater(Pipe[1]);
    return polls_bad(Pipe[0], Quiet[0]);
  case 17: {
    const int Held = check(open(path("locked").c_str(), O_RDWR | O_CREAT, 0600));
    check(flock(Held, LOCK_EX));
    Other->later([Held] {
      sleepMs(Ms);
      flock(Held, LOCK_UN);
    });
    return locks_bad(check(open(path("locked").c_str(), O_RDWR)));
  }
  case 18:
  case 19:
    return sleeps_bad();
  case 20:
    return sleepsLong_bad();
  case 21:
    return runs_bad();
  case 22: {
    const pid_t Child = check(fork());
    if (Child == 0) {
      sleepMs(Ms);
      _exit(0);
    }
    return waitsForChild_bad(Child);
  }
  case 23:
    return readsRandom_bad();
  case 24:
    sleeps_bad();
    return burnsAfterSleep_bad();
  case 25:
    return own_bad();
  default:
    short_ok(Quiet[0]);
  }
}

int main() {
  Folder = "/tmp/gridlock-XXXXXX";
  check(mkdtemp(Folder.data()) ? 0 : -1);
  Helper Asked;
  Other = &Asked;
  std::thread([] {
    runLoop(10, [](int Round) {
      if (Round == 8)
        never_bad();
    });
  }).detach();
  runLoop(28, run);
  check(system(("rm -r '" + Folder + "'").c_str()));
  sleepMs(500);
  std::_Exit(0);
}

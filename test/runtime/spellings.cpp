// The other names that a program calls libc's functions under: checked buffers, 64-bit offsets,
// the C standard's scanf, system calls by syscall. The results are those without the monitor.
// RUN: %three_ways %s > %t.out
// RUN: grep -c "all as expected" %t.out | %FileCheck %s
// CHECK: 3
// RUN: nm -u %t.preloaded | %FileCheck %s --check-prefix=NAMES
// NAMES-DAG: __read_chk
// NAMES-DAG: __fgets_chk
// NAMES-DAG: __recv_chk
// NAMES-DAG: __open64_2
// NAMES-DAG: __fprintf_chk
// NAMES-DAG: __isoc{{[0-9]+}}_fscanf
// NAMES-DAG: fcntl64
// NAMES-DAG: scandir64
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "set(f['rule'] for f in findings) == {'gridlock-blocking-in-callback'}" \
// RUN:   "op('checkedRead_bad') == 'posix-file/read' and said('checkedRead_bad').endswith(' (pipe)')" \
// RUN:   "op('checkedGets_bad') == 'stdio/fgets' and said('checkedGets_bad').endswith(' (pipe)')" \
// RUN:   "op('checkedReceive_bad') == 'posix-socket/recv' and said('checkedReceive_bad').endswith(' (unix socket)')" \
// RUN:   "op('checkedOpen_bad') == 'posix-file/open64' and said('checkedOpen_bad').startswith('path /tmp/')" \
// RUN:   "op('checkedPrint_bad') == 'stdio/fprintf' and said('checkedPrint_bad').endswith(' (pipe)')" \
// RUN:   "op('scans_bad') == 'stdio/fscanf' and said('scans_bad').endswith(' (pipe)')" \
// RUN:   "op('locksRecord_bad') == 'posix-file/fcntl' and '(file /tmp/' in said('locksRecord_bad')" \
// RUN:   "op('lists_bad') == 'posix-file/scandir' and said('lists_bad').startswith('path /tmp/')" \
// RUN:   "op('bySyscall_bad') == 'posix-ipc/syscall' and said('bySyscall_bad').endswith(' (pipe)')" \
// RUN:   "'_ok' not in str(by)" || exit 1; done
#define _FORTIFY_SOURCE 2
#define _FILE_OFFSET_BITS 64
#include "helper.h"
#include "loop.h"
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define APART [[gnu::noinline]]
static volatile size_t Size = 4;
static Helper *Other;
static std::string Folder = "/tmp/gridlock-XXXXXX";
static int Pipe[2], Full[2], Unix[2];

static void check(bool Good) {
  if (!Good) {
    std::perror("spellings");
    std::abort();
  }
}
static void writesLater(int Fd) {
  Other->later([Fd] {
    sleepMs(110);
    if (write(Fd, "123\n", 4) != 4)
      std::abort();
  });
}

APART void checkedRead_bad() {
  char Got[8];
  check(read(Pipe[0], Got, Size) == 4);
}
APART void checkedGets_bad(FILE *Stream) {
  char Line[8];
  check(fgets(Line, static_cast<int>(Size) + 1, Stream) && std::strcmp(Line, "123\n") == 0);
}
APART void checkedReceive_bad() {
  char Got[8];
  check(recv(Unix[0], Got, Size, 0) == 4);
}
static volatile int ReadOnly = O_RDONLY;
APART void checkedOpen_bad(const std::string &Fifo) { check(close(open(Fifo.c_str(), ReadOnly)) == 0); }
APART void checkedPrint_bad(FILE *Stream) {
  check(fprintf(Stream, "%s %zu %.1f\n", "text", static_cast<size_t>(Size), 2.5) == 11);
}
APART void scans_bad(FILE *Stream) {
  int Number = 0;
  check(fscanf(Stream, "%d", &Number) == 1 && Number == 123);
}
APART void locksRecord_bad(int Fd) {
  struct flock Whole {};
  Whole.l_type = F_WRLCK;
  check(fcntl(Fd, F_SETLKW, &Whole) == 0);
}
APART void lists_bad() {
  dirent **Names;
  const int Count = scandir(
      Folder.c_str(), &Names,
      [](const dirent *D) {
        if (D->d_name[0] != '.')
          sleepMs(110);
        return int{D->d_name[0] != '.'};
      },
      alphasort);
  check(Count == 1 && std::strcmp(Names[0]->d_name, "fifo") == 0);
}
APART void bySyscall_bad() {
  char Got[4];
  check(syscall(SYS_read, Pipe[0], Got, sizeof Got) == 4);
}
APART void quick_ok(int Fd) {
  struct stat Status;
  check(fstat(Fd, &Status) == 0 && lstat(Folder.c_str(), &Status) == 0);
  check(fcntl(Fd, F_GETFL) >= 0 && ftruncate(Fd, 0) == 0);
  check(syscall(SYS_getpid) == getpid());
}

static void run(int Round) {
  static FILE *In, *Out;
  static int File;
  const std::string Fifo = Folder + "/fifo";
  switch (Round) {
  case 0:
    check(pipe(Pipe) == 0 && pipe(Full) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, Unix) == 0);
    In = fdopen(Pipe[0], "r");
    Out = fdopen(Full[1], "w");
    setvbuf(In, nullptr, _IONBF, 0);
    setvbuf(Out, nullptr, _IONBF, 0);
    break;
  case 5:
    writesLater(Pipe[1]);
    return checkedRead_bad();
  case 6:
    writesLater(Pipe[1]);
    return checkedGets_bad(In);
  case 7:
    writesLater(Unix[1]);
    return checkedReceive_bad();
  case 8:
    check(mkfifo(Fifo.c_str(), 0600) == 0);
    Other->later([=] {
      sleepMs(110);
      close(open(Fifo.c_str(), O_WRONLY));
    });
    return checkedOpen_bad(Fifo);
  case 9:
    return lists_bad();
  case 10: {
    check(fcntl(Full[1], F_SETFL, O_NONBLOCK) == 0);
    while (write(Full[1], Folder.data(), 1) == 1)
      ;
    check(fcntl(Full[1], F_SETFL, 0) == 0);
    Other->later([] {
      sleepMs(110);
      static char Much[1 << 17];
      check(read(Full[0], Much, sizeof Much) > 0);
    });
    return checkedPrint_bad(Out);
  }
  case 11:
    writesLater(Pipe[1]);
    return scans_bad(In);
  case 12: {
    File = open((Folder + "/locked").c_str(), O_RDWR | O_CREAT, 0600);
    int Ready[2];
    check(File >= 0 && pipe(Ready) == 0);
    if (fork() == 0) {
      struct flock Whole {};
      Whole.l_type = F_WRLCK;
      fcntl(File, F_SETLKW, &Whole);
      check(write(Ready[1], "", 1) == 1);
      sleepMs(200);
      _exit(0);
    }
    // The child's lock, taken before this thread asks for it.
    static char Got;
    check(syscall(SYS_read, Ready[0], &Got, 1) == 1);
    return locksRecord_bad(File);
  }
  case 13:
    writesLater(Pipe[1]);
    return bySyscall_bad();
  case 14:
    return quick_ok(File);
  default:
    break;
  }
}

int main() {
  check(mkdtemp(Folder.data()) != nullptr);
  Helper Asked;
  Other = &Asked;
  runLoop(17, run);
  wait(nullptr);
  check(system(("rm -r '" + Folder + "'").c_str()) == 0);
  std::puts("all as expected");
}

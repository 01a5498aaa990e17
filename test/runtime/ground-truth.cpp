// From outside: what strace sees a loop's thread block between two waits is what the
// report says, to 95 %, and the report says no more than strace saw. Many kinds of
// calls, in loops that wait with epoll, poll and select; short ones that only together
// are a stall, several in one iteration, and ones that no interposer sees.
// REQUIRES: strace
// RUN: %victim %s -o %t.exe
// RUN: rm -rf %t.records; %python %S/Inputs/ground_truth.py --monitor %monitor_so --gridlock %gridlock --out %t -- %t.exe | %FileCheck %s
// CHECK: 60 of 60 callbacks of 3 loops, 20 of 20 functions
// CHECK: {{[0-9]+}} ms by strace, {{9[5-9]|10[0-2]}} % of it reported
#include "gridlock/monitor.h"
#include "helper.h"

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <poll.h>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <vector>

static constexpr int Ms = 70;
static std::string Scratch;

static void check(bool Good) {
  if (!Good)
    std::abort();
}

// What each loop's callbacks do; the helper gives them what they wait for.
struct Work {
  Helper Other;
  int Pipe[2], Pair[2];
  Work() { check(pipe(Pipe) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, Pair) == 0); }

  void sleeps() { usleep(Ms * 1000); }
  void sleepsOften() {
    for (int I = 0; I < 12; ++I)
      usleep(12000);
  }
  void readsTwice() {
    char Got;
    for (int I = 0; I < 2; ++I) {
      Other.later([&] { sleepMs(Ms); check(write(Pipe[1], "x", 1) == 1); });
      check(read(Pipe[0], &Got, 1) == 1);
    }
  }
  void readsAndSleeps() {
    char Got;
    Other.later([&] { sleepMs(Ms); check(write(Pipe[1], "x", 1) == 1); });
    check(read(Pipe[0], &Got, 1) == 1);
    usleep(Ms * 1000);
    for (int I = 0; I < 12; ++I)
      usleep(12000);
  }
  void receives() {
    char Got;
    timeval Limit{0, Ms * 1000};
    setsockopt(Pair[0], SOL_SOCKET, SO_RCVTIMEO, &Limit, sizeof Limit);
    check(recv(Pair[0], &Got, 1, 0) < 0);
  }
  void locks() {
    static std::mutex Mutex; // all loops use it
    Other.holdFor(Mutex, Ms);
    std::lock_guard Guard(Mutex);
  }
  void locksShared() {
    std::shared_mutex Mutex;
    std::promise<void> Locked, Over;
    Other.later([&] {
      {
        std::lock_guard Guard(Mutex);
        Locked.set_value();
        sleepMs(Ms);
      }
      Over.set_value();
    });
    Locked.get_future().wait();
    { std::shared_lock Guard(Mutex); }
    Over.get_future().wait();
  }
  void waitsForCondition() {
    std::mutex Mutex;
    std::condition_variable Condition;
    std::unique_lock Guard(Mutex);
    Condition.wait_for(Guard, std::chrono::milliseconds(Ms));
  }
  void waitsForFuture() { check(std::async(std::launch::async, [] { sleepMs(Ms); return true; }).get()); }
  void waitsForSemaphore() {
    std::counting_semaphore<8> Semaphore(0);
    check(!Semaphore.try_acquire_for(std::chrono::milliseconds(Ms)));
  }
  void waitsForAtomic() {
    std::atomic<int> Value{0};
    std::promise<void> Over;
    Other.later([&] { sleepMs(Ms); Value = 1; Value.notify_all(); Over.set_value(); });
    Value.wait(0);
    Over.get_future().wait();
  }
  void joins() { std::thread([] { sleepMs(Ms); }).join(); }
  void waitsForChild() {
    const pid_t Child = fork();
    if (Child == 0) {
      sleepMs(Ms);
      _exit(0);
    }
    check(waitpid(Child, nullptr, 0) == Child);
  }
  void runsShell() { check(system("sleep 0.07") == 0); }
  void readsFromShell() {
    std::FILE *From = popen("sleep 0.07; echo out", "r");
    char Line[8];
    check(From && std::fgets(Line, sizeof Line, From));
    pclose(From);
  }
  void readsStream() {
    const std::string Name = Scratch + "." + std::to_string(gettid());
    check(mkfifo(Name.c_str(), 0600) == 0);
    Other.later([=] {
      sleepMs(Ms);
      std::ofstream(Name) << "line\n";
    });
    std::string Line;
    std::ifstream(Name) >> Line;
    unlink(Name.c_str());
  }
  void locksFile() {
    const std::string Name = Scratch + ".lock";
    const int Mine = open(Name.c_str(), O_RDWR | O_CREAT, 0600);
    std::promise<void> Locked, Over;
    Other.later([&] {
      const int Their = open(Name.c_str(), O_RDWR);
      check(flock(Their, LOCK_EX) == 0);
      Locked.set_value();
      sleepMs(Ms);
      close(Their);
      Over.set_value();
    });
    Locked.get_future().wait();
    check(flock(Mine, LOCK_EX) == 0);
    close(Mine);
    Over.get_future().wait();
  }
  void waitsForSignal() {
    sigset_t One;
    sigemptyset(&One);
    sigaddset(&One, SIGUSR2);
    timespec Limit{0, Ms * 1000000};
    check(sigtimedwait(&One, nullptr, &Limit) < 0);
  }
  void sleepsUnseen() {
    timespec Time{0, 3 * Ms * 1000000};
    long Number = SYS_nanosleep;
    asm volatile("syscall" : "+a"(Number) : "D"(&Time), "S"(nullptr) : "rcx", "r11", "memory");
  }
  void throwsAway() {
    try {
      usleep(Ms * 1000);
      throw 1;
    } catch (int) {
    }
  }

  struct Kind {
    const char *Name;
    void (Work::*Run)();
  };
  static const std::vector<Kind> &all() {
#define KIND(Name) {#Name, &Work::Name}
    static const std::vector<Kind> All = {
        KIND(sleeps), KIND(sleepsOften), KIND(readsTwice), KIND(readsAndSleeps), KIND(receives), KIND(locks),
        KIND(locksShared), KIND(waitsForCondition), KIND(waitsForFuture), KIND(waitsForSemaphore),
        KIND(waitsForAtomic), KIND(joins), KIND(waitsForChild), KIND(runsShell), KIND(readsFromShell),
        KIND(readsStream), KIND(locksFile), KIND(waitsForSignal), KIND(sleepsUnseen), KIND(throwsAway)};
    return All;
  }
};

template <class Wait> std::thread loop(const char *Name, Wait WaitIt) {
  return std::thread([=] {
    Work W;
    GRIDLOCK_NAME_LOOP(Name);
    for (int I = 0; I < 5; ++I)
      WaitIt();
    for (const Work::Kind &What : Work::all()) {
      // For strace: what comes now.
      syscall(SYS_write, -1, What.Name, strlen(What.Name));
      (W.*What.Run)();
      WaitIt();
      WaitIt();
    }
  });
}

int main(int, char **Arguments) {
  Scratch = Arguments[0];
  signal(SIGUSR2, SIG_IGN);
  const int Poll = epoll_create1(0);
  std::thread Loops[] = {
      loop("epoll", [=] { epoll_event Event; epoll_wait(Poll, &Event, 1, 2); }),
      loop("poll", [] { poll(nullptr, 0, 2); }),
      loop("select", [] { timeval Time{0, 2000}; select(0, nullptr, nullptr, nullptr, &Time); })};
  for (std::thread &T : Loops)
    T.join();
}

// What runs before main and after it: constructors and destructors of the program's and of
// libraries' globals, thread_local destructors, exit handlers, each way a process ends,
// threads that go on meanwhile. The program does what it does without the monitor, and what
// waits there is told.
// RUN: %cxx -std=c++20 -g -O1 -pthread -shared -fPIC -DLIBRARY %s -o %t.linked.so
// RUN: %cxx -std=c++20 -g -O1 -pthread -shared -fPIC -DLIBRARY -DNAME=Loaded %s -o %t.loaded.so
// RUN: %victim %s %t.linked.so -o %t.preloaded
// RUN: %victim %s %t.linked.so -Wl,--no-as-needed %monitor_so -Wl,-rpath,%build/lib -o %t.shared
// RUN: %victim %s %t.linked.so -Wl,--whole-archive %monitor_a -Wl,--no-whole-archive -ldl -o %t.static
// RUN: %python %S/Inputs/start_and_end.py %gridlock %t
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>

#define APART [[gnu::noinline]]

static void say(const char *What) { // unbuffered
  const std::string Line = std::string(What) + "\n";
  if (write(1, Line.data(), Line.size()) < 0)
    std::abort();
}

/// Waits 30 ms for a lock that another thread holds.
struct Held {
  std::mutex Lock, Ready;
  std::condition_variable Come;
  bool Taken = false;
};
[[gnu::weak]] bool LastThreadEnds = false; // then glibc's exit can't bear new threads
static void contend() {
  if (LastThreadEnds)
    return;
  auto *H = new Held; // threads of the end may outlive the globals
  std::thread Other([H] {
    std::lock_guard Guard(H->Lock);
    {
      std::lock_guard Tell(H->Ready);
      H->Taken = true;
    }
    H->Come.notify_one();
    usleep(30000);
  });
  {
    std::unique_lock Tell(H->Ready);
    H->Come.wait(Tell, [H] { return H->Taken; });
  }
  H->Lock.lock();
  H->Lock.unlock();
  Other.join();
}

#ifdef LIBRARY
#ifndef NAME
#define NAME Linked
#endif
#define PASTE(A, B) A##B
#define CAT(A, B) PASTE(A, B)
#define TEXT_(A) #A
#define TEXT(A) TEXT_(A)
APART void CAT(constructs, NAME)() { contend(); say("constructor of " TEXT(NAME)); }
APART void CAT(destroys, NAME)() { contend(); say("destructor of " TEXT(NAME)); }
namespace {
struct Global {
  Global() { CAT(constructs, NAME)(); }
  ~Global() { CAT(destroys, NAME)(); }
} TheGlobal;
} // namespace
extern "C" void CAT(use, NAME)() {}
#else
extern "C" void useLinked();

APART void constructsEarly() { contend(); say("early constructor"); }
APART void constructs() { contend(); say("constructor"); }
APART void destroys() { contend(); say("destructor"); }
APART void destroysThreadLocal() { contend(); say("thread_local destructor"); }
APART void destroysKey() { contend(); say("key's destructor"); }
APART void atExit() { contend(); say("atexit"); }
APART void atQuickExit() { contend(); say("at_quick_exit"); }
APART void inMain() { contend(); say("main"); }
APART void inLastThread() { usleep(20000); contend(); say("last thread"); LastThreadEnds = true; }

static std::mutex *Early; // taken before main, given back in it
namespace {
struct EarlyGlobal {
  EarlyGlobal() {
    Early = new std::mutex;
    constructsEarly();
    Early->lock();
  }
};
EarlyGlobal TheEarly [[gnu::init_priority(101)]];
struct Global {
  Global() { constructs(); }
  ~Global() { destroys(); }
} TheGlobal;
} // namespace
struct Local {
  bool Used = false;
  ~Local() {
    if (Used)
      destroysThreadLocal();
  }
};
static thread_local Local TheLocal;

int main(int, char **Arguments) {
  const std::string Way = Arguments[1], Name = Arguments[0];
  Early->unlock();
  useLinked();
  std::atexit(atExit);
  std::at_quick_exit(atQuickExit);
  pthread_key_t Key;
  pthread_key_create(&Key, [](void *) { destroysKey(); });
  std::thread([&] {
    pthread_setspecific(Key, &Key);
    TheLocal.Used = true;
  }).join();
  void *Library = dlopen((Name.substr(0, Name.rfind('.')) + ".loaded.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!Library || dlclose(Library) != 0)
    std::abort();
  inMain();
  if (Way == "exit")
    std::exit(7);
  if (Way == "quick_exit")
    std::quick_exit(7);
  if (Way == "_exit")
    _exit(7);
  if (Way == "_Exit")
    std::_Exit(7);
  if (Way == "thread") { // main ends first, the last thread ends the process
    std::thread(inLastThread).detach();
    pthread_exit(nullptr);
  }
  if (Way == "running") { // at the end of main and of the globals there are threads at work
    for (int I = 0; I < 4; ++I)
      std::thread([] {
        static std::mutex A, B;
        for (;;) {
          std::scoped_lock Both(A, B);
          usleep(10);
        }
      }).detach();
  }
  return 7;
}
#endif

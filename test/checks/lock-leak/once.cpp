// A lock that a callee leaks is told there, not again in each of its callers.
// RUN: %check_all lock-leak %s
#include <map>
#include <mutex>

class Directory {
  std::mutex mutex_;
  std::map<int, int> byId_;

public:
  bool find_bad(int id, int &out) {
    // CHECK-DAG: once.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Directory::mutex_' stays locked when 'Directory::find_bad' returns early
    mutex_.lock();
    auto found = byId_.find(id);
    if (found == byId_.end())
      return false;
    out = found->second;
    mutex_.unlock();
    return true;
  }
  // Takes it on purpose; who calls it has to give it back.
  void open() { mutex_.lock(); }
  void close() { mutex_.unlock(); }
};

int show_ok(Directory &d, int id) {
  int value = 0;
  return d.find_bad(id, value) ? value : -1;
}
int twice_ok(Directory &d) { return show_ok(d, 1) + show_ok(d, 2); }

int opened_bad(Directory &d, int id) {
  // CHECK-DAG: once.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Directory::mutex_' stays locked when 'opened_bad' returns early
  d.open();
  if (id < 0)
    return -1;
  d.close();
  return id;
}
int closed_ok(Directory &d, int id) {
  d.open();
  d.close();
  return id;
}

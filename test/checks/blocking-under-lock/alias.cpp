// What a function has locked by one pointer it may give back by another: its
// callers hold nothing then.
// RUN: %check_all blocking-under-lock %s
#include <unistd.h>

#include <memory>
#include <mutex>

struct Node {
  int key;
  std::unique_ptr<Node> next;
  std::mutex lock;
};
class List {
public:
  // Hand over hand; the last one goes away with what has held it.
  bool remove(int key) {
    Node *p = &head_;
    p->lock.lock();
    while (Node *c = p->next.get()) {
      c->lock.lock();
      if (c->key == key) {
        std::unique_ptr<Node> dead = std::move(p->next);
        p->next = std::move(dead->next);
        dead->lock.unlock();
        p->lock.unlock();
        return true;
      }
      p->lock.unlock();
      p = c;
    }
    p->lock.unlock();
    return false;
  }
  void enter() { head_.lock.lock(); }
  void leave() { head_.lock.unlock(); }

private:
  Node head_{0, nullptr, {}};
};
void poll_ok(List &list) {
  list.remove(7);
  sleep(1);
}
void entered_bad(List &list) {
  list.enter();
  // CHECK: alias.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks while 'List::head_.lock' is held in 'entered_bad'
  sleep(1);
  list.leave();
}

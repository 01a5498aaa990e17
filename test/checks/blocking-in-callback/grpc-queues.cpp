// A loop that takes events from a completion queue and hands each to its handler is an event loop.
// RUN: %check_all gridlock-blocking-in-callback %s -- -std=c++20
#include <chrono>
#include <thread>

namespace grpc {
struct CompletionQueue {
  bool Next(void **tag, bool *ok);
  void Shutdown();
};
struct ServerCompletionQueue : CompletionQueue {};
} // namespace grpc

struct Call_bad {
  void proceed(bool ok) {
    if (ok)
      // CHECK: grpc-queues.cpp:[[@LINE+1]]:7: warning: 'std::this_thread::sleep_for' blocks the event loop: the loop of 'serve' reaches it through 1 call
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
};

struct Call_ok {
  void proceed(bool) { std::thread([] { std::this_thread::sleep_for(std::chrono::seconds(1)); }).detach(); }
};

void serve(grpc::ServerCompletionQueue &queue) {
  void *tag;
  bool ok;
  while (queue.Next(&tag, &ok)) {
    static_cast<Call_bad *>(tag)->proceed(ok);
    static_cast<Call_ok *>(tag)->proceed(ok);
  }
  std::this_thread::sleep_for(std::chrono::seconds(1)); // the loop has ended
}

// Waits for the one answer that it has asked for: no loop.
bool ask_ok(grpc::CompletionQueue &queue) {
  void *tag;
  bool ok;
  queue.Next(&tag, &ok);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return ok;
}

// An object that starts itself where it is made is no other user of the interface.
struct Tag {
  virtual ~Tag() = default;
  virtual void step() = 0;
};
struct Request_bad : Tag {
  int State = 0;
  Request_bad() { step(); }
  void step() override {
    if (State++ != 0)
      // CHECK: grpc-queues.cpp:[[@LINE+1]]:7: warning: 'std::this_thread::sleep_for' blocks the event loop: the loop of 'serve_tags' reaches it through 1 call
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
};
struct Other_ok : Tag {
  void step() override {}
};
void serve_tags(grpc::ServerCompletionQueue &queue) {
  new Request_bad;
  new Other_ok;
  void *tag;
  bool ok;
  while (queue.Next(&tag, &ok))
    static_cast<Tag *>(tag)->step();
}

// Called by others as well, it may be meant for those.
struct Worker {
  virtual ~Worker() = default;
  virtual void work() = 0;
};
struct Slow_ok : Worker {
  void work() override { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }
};
struct Quick_ok : Worker {
  void work() override {}
};
void prepare(Worker &W) { W.work(); }
void serve_workers(grpc::ServerCompletionQueue &queue) {
  prepare(*new Slow_ok);
  prepare(*new Quick_ok);
  void *tag;
  bool ok;
  while (queue.Next(&tag, &ok))
    static_cast<Worker *>(tag)->work();
}

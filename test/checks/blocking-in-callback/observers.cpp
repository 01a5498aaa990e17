// Handlers that are hidden in an object which a loop gets: Poco's observers, gRPC's unary
// services.
// RUN: %check_all blocking-in-callback %s -- -isystem %S/../Inputs/mock
#include <handlers.h>

#include <unistd.h>

using namespace Poco;

class Echo {
public:
  explicit Echo(Net::SocketReactor &R) : Reactor(R) {
    Reactor.addEventHandler(0, NObserver<Echo, Readable>(*this, &Echo::read_bad));
    Reactor.addEventHandler(0, Observer<Echo, Readable>(*this, &Echo::write_bad));
    Unused = new NObserver<Echo, Readable>(*this, &Echo::unused_ok);
  }
  // CHECK: observers.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in callback 'Echo::read_bad'
  void read_bad(const Readable &) { sleep(1); }
  // CHECK: observers.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop in callback 'Echo::write_bad'
  void write_bad(Readable *) { usleep(1); }
  void unused_ok(const Readable &) { sleep(1); }

private:
  Net::SocketReactor &Reactor;
  AbstractObserver *Unused;
};

// As a generator of code writes it.
class Service {
public:
  virtual ~Service() = default;
  Service() {
    Handler = new grpc::internal::CallbackUnaryHandler<int, int>(
        [this](grpc::CallbackServerContext *C, const int *Q, int *R) { return this->Get(C, Q, R); });
  }
  virtual grpc::ServerUnaryReactor *Get(grpc::CallbackServerContext *, const int *, int *) {
    return nullptr;
  }
  virtual void restart_ok() {}
  void *Handler;
};
class Implementation : public Service {
  grpc::ServerUnaryReactor *Get(grpc::CallbackServerContext *, const int *, int *) override {
    // CHECK: observers.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop: the callback lambda in 'Service::Service' reaches it through 1 call
    sleep(1);
    return nullptr;
  }
  void restart_ok() override { sleep(1); }
};

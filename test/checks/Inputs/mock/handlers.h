// What libraries register handlers with, as far as the tests need it.
#pragma once
#include <functional>

namespace Poco {
struct Readable {};
class AbstractObserver {
public:
  virtual ~AbstractObserver();
};
template <class C, class N> class NObserver : public AbstractObserver {
public:
  NObserver(C &Object, void (C::*Method)(const N &)) : Object(&Object), Method(Method) {}

private:
  C *Object;
  void (C::*Method)(const N &);
};
template <class C, class N> class Observer : public AbstractObserver {
public:
  Observer(C &Object, void (C::*Method)(N *)) : Object(&Object), Method(Method) {}

private:
  C *Object;
  void (C::*Method)(N *);
};
namespace Net {
class SocketReactor {
public:
  void addEventHandler(int Socket, const AbstractObserver &Observer);
  virtual void run();
};
} // namespace Net
} // namespace Poco

namespace grpc {
class CallbackServerContext;
class ServerUnaryReactor;
namespace internal {
template <class Q, class R> class CallbackUnaryHandler {
public:
  explicit CallbackUnaryHandler(
      std::function<ServerUnaryReactor *(CallbackServerContext *, const Q *, R *)> Get)
      : Get(std::move(Get)) {}

private:
  std::function<ServerUnaryReactor *(CallbackServerContext *, const Q *, R *)> Get;
};
} // namespace internal
} // namespace grpc

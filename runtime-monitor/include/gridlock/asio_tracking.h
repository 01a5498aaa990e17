// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers of Asio and Boost.Asio for the monitor: a stall's or blocking call's
// report names the operation whose handler it is in and the function that
// started it, and tells one long handler from many short ones. C++11 on.
//
// Compile the whole program with
//   -DBOOST_ASIO_CUSTOM_HANDLER_TRACKING='<gridlock/asio_tracking.h>'
// (ASIO_CUSTOM_HANDLER_TRACKING for Asio itself); Asio then includes this file.
// Handlers' base class changes: all that use Asio must be compiled so.
//
// Threads: as the handlers. Cost with the monitor: two clock reads for each
// handler and a look-up for each operation; without it, two tests of pointers.
// Source: boost/asio/detail/handler_tracking.hpp, which lists the macros.
#ifndef GRIDLOCK_ASIO_TRACKING_H
#define GRIDLOCK_ASIO_TRACKING_H

#include <gridlock/monitor.h>

namespace gridlock {
namespace asio_tracking {

/// What a handler carries: the operation, and where it was started.
struct tracked_handler {
  const char *object = nullptr, *name = nullptr;
  const char *function = nullptr, *file = nullptr;
  uint32_t line = 0, created = 0;

protected:
  ~tracked_handler() = default;
};

/// A place that Asio or the program knows of (BOOST_ASIO_HANDLER_LOCATION).
class location {
public:
  location(const char *File, int Line, const char *Function)
      : File(File), Function(Function), Line(static_cast<uint32_t>(Line)),
        Outer(current()) {
    if (File)
      current() = this;
  }
  ~location() {
    if (File)
      current() = Outer;
  }
  location(const location &) = delete;
  location &operator=(const location &) = delete;

  static location *&current() {
    static thread_local location *Innermost = nullptr;
    return Innermost;
  }

  const char *const File, *const Function;
  const uint32_t Line;

private:
  location *const Outer;
};

template <class Context>
__attribute__((noinline)) void creation(Context &, tracked_handler &Handler,
                                        const char *Object, const void *,
                                        uint64_t, const char *Operation) {
  Handler.object = Object;
  Handler.name = Operation;
  if (const location *Where = location::current()) {
    Handler.function = Where->Function;
    Handler.file = Where->File;
    Handler.line = Where->Line;
  }
  if (gridlock_callback_created) {
    gridlock_call Call;
    GRIDLOCK_CAPTURE(&Call);
    Handler.created =
        gridlock_callback_created(&Call, __builtin_return_address(0));
  }
}

/// A handler that is being run.
class completion {
public:
  explicit completion(const tracked_handler &Handler)
      : Callback{Handler.object,
                 Handler.name,
                 Handler.function,
                 Handler.file,
                 Handler.line,
                 Handler.created,
                 0,
                 nullptr,
                 nullptr} {}
  ~completion() { invocation_end(); } // it has thrown
  completion(const completion &) = delete;
  completion &operator=(const completion &) = delete;

  template <class... Args> void invocation_begin(const Args &...) {
    if (gridlock_callback_begin) {
      gridlock_callback_begin(&Callback);
      Runs = true;
    }
  }
  void invocation_end() {
    if (Runs)
      gridlock_callback_end(&Callback);
    Runs = false;
  }

private:
  gridlock_callback Callback;
  bool Runs = false;
};

} // namespace asio_tracking
} // namespace gridlock

#define GRIDLOCK_ASIO_NOTHING static_cast<void>(0)

#define BOOST_ASIO_INHERIT_TRACKED_HANDLER                                     \
  : public gridlock::asio_tracking::tracked_handler
#define BOOST_ASIO_ALSO_INHERIT_TRACKED_HANDLER                                \
  , public gridlock::asio_tracking::tracked_handler
#define BOOST_ASIO_HANDLER_TRACKING_INIT GRIDLOCK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_LOCATION(args)                                      \
  gridlock::asio_tracking::location tracked_location args
#define BOOST_ASIO_HANDLER_CREATION(args) gridlock::asio_tracking::creation args
#define BOOST_ASIO_HANDLER_COMPLETION(args)                                    \
  gridlock::asio_tracking::completion tracked_completion args
#define BOOST_ASIO_HANDLER_INVOCATION_BEGIN(args)                              \
  tracked_completion.invocation_begin args
#define BOOST_ASIO_HANDLER_INVOCATION_END tracked_completion.invocation_end()
#define BOOST_ASIO_HANDLER_OPERATION(args) GRIDLOCK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_REGISTRATION(args) GRIDLOCK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_DEREGISTRATION(args) GRIDLOCK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_READ_EVENT 1
#define BOOST_ASIO_HANDLER_REACTOR_WRITE_EVENT 2
#define BOOST_ASIO_HANDLER_REACTOR_ERROR_EVENT 4
#define BOOST_ASIO_HANDLER_REACTOR_EVENTS(args) GRIDLOCK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_OPERATION(args) GRIDLOCK_ASIO_NOTHING

#define ASIO_INHERIT_TRACKED_HANDLER BOOST_ASIO_INHERIT_TRACKED_HANDLER
#define ASIO_ALSO_INHERIT_TRACKED_HANDLER                                      \
  BOOST_ASIO_ALSO_INHERIT_TRACKED_HANDLER
#define ASIO_HANDLER_TRACKING_INIT GRIDLOCK_ASIO_NOTHING
#define ASIO_HANDLER_LOCATION(args) BOOST_ASIO_HANDLER_LOCATION(args)
#define ASIO_HANDLER_CREATION(args) BOOST_ASIO_HANDLER_CREATION(args)
#define ASIO_HANDLER_COMPLETION(args) BOOST_ASIO_HANDLER_COMPLETION(args)
#define ASIO_HANDLER_INVOCATION_BEGIN(args)                                    \
  BOOST_ASIO_HANDLER_INVOCATION_BEGIN(args)
#define ASIO_HANDLER_INVOCATION_END BOOST_ASIO_HANDLER_INVOCATION_END
#define ASIO_HANDLER_OPERATION(args) GRIDLOCK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_REGISTRATION(args) GRIDLOCK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_DEREGISTRATION(args) GRIDLOCK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_READ_EVENT 1
#define ASIO_HANDLER_REACTOR_WRITE_EVENT 2
#define ASIO_HANDLER_REACTOR_ERROR_EVENT 4
#define ASIO_HANDLER_REACTOR_EVENTS(args) GRIDLOCK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_OPERATION(args) GRIDLOCK_ASIO_NOTHING

#endif

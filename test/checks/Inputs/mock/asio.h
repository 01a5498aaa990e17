// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of Boost.Asio's executors and of some that run handlers, without what they do.
#ifndef MOCK_ASIO_H
#define MOCK_ASIO_H
#pragma GCC system_header

namespace boost::asio {
namespace execution {
template <typename... Properties> struct any_executor {};
} // namespace execution
struct any_io_executor : execution::any_executor<int> {
  template <typename E> any_io_executor(E) {}
};

struct io_context {
  template <typename A, unsigned Bits> struct basic_executor_type {};
  using executor_type = basic_executor_type<int, 0>;
  executor_type get_executor();
  unsigned long run();
};
struct thread_pool {
  template <typename A, unsigned Bits> struct basic_executor_type {};
  using executor_type = basic_executor_type<int, 0>;
  executor_type get_executor();
};
template <typename Executor> struct strand {
  explicit strand(Executor);
};

template <typename E, typename F> void post(E &&, F &&) {}
template <typename F> void post(F &&) {}
template <typename E, typename F> void dispatch(E &&, F &&) {}
template <typename E, typename F> struct executor_binder {};
template <typename E, typename F>
executor_binder<E, F> bind_executor(const E &, F &&) { return {}; }

template <typename Clock> struct basic_waitable_timer {
  basic_waitable_timer() {}
  explicit basic_waitable_timer(io_context &) {}
  unsigned long cancel();
  io_context::executor_type get_executor();
  template <typename F> void async_wait(F &&) {}
};
using steady_timer = basic_waitable_timer<int>;
} // namespace boost::asio

namespace std {
struct placeholder {};
inline placeholder _1;
template <typename F, typename... A> struct bound {};
template <typename F, typename... A> bound<F, A...> bind(F &&, A &&...) { return {}; }
} // namespace std

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What keeps callables in the standard library, declared only, and a loop that
// callables are handed to.
#ifndef MOCK_ASIO_KEPT_H
#define MOCK_ASIO_KEPT_H
#pragma GCC system_header

#include <initializer_list>

namespace std {
template <typename T> struct remove_reference { using type = T; };
template <typename T> struct remove_reference<T &> { using type = T; };
template <typename T> struct remove_reference<T &&> { using type = T; };
template <typename T>
constexpr typename remove_reference<T>::type &&move(T &&Value) noexcept {
  return static_cast<typename remove_reference<T>::type &&>(Value);
}
template <typename> class function;
template <typename R, typename... A> class function<R(A...)> {
public:
  function();
  template <typename F> function(F) {}
  function(const function &);
  function(function &&) noexcept;
  function &operator=(const function &);
  function &operator=(function &&) noexcept;
  ~function();
  R operator()(A...) const;
  explicit operator bool() const;
};
template <typename T> class vector {
public:
  vector();
  vector(initializer_list<T>);
  ~vector();
  void push_back(T);
  template <typename... A> T &emplace_back(A &&...) { return *begin(); }
  T &front();
  T &operator[](unsigned long);
  T *begin();
  T *end();
  const T *begin() const;
  const T *end() const;
};
template <typename T> struct unique_ptr {
  ~unique_ptr();
  T *operator->() const;
};
template <typename T, typename... A> unique_ptr<T> make_unique(A &&...) { return {}; }
struct thread {
  template <typename F> explicit thread(F &&) {}
  ~thread();
  void join();
  void detach();
};
} // namespace std

namespace boost::asio {
namespace execution {
template <typename... Properties> struct any_executor {};
} // namespace execution
struct any_io_executor : execution::any_executor<int> {
  any_io_executor();
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
template <typename E, typename F> void post(E &&, F &&) {}
} // namespace boost::asio

#endif

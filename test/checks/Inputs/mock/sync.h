// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of the standard library's locks and threads, declared only.
#ifndef MOCK_SYNC_H
#define MOCK_SYNC_H
#pragma GCC system_header

namespace std {
template <typename T> struct remove_reference { using type = T; };
template <typename T> struct remove_reference<T &> { using type = T; };
template <typename T> struct remove_reference<T &&> { using type = T; };
template <typename T>
constexpr typename remove_reference<T>::type &&move(T &&Value) noexcept {
  return static_cast<typename remove_reference<T>::type &&>(Value);
}
struct mutex {
  mutex();
  ~mutex();
  void lock();
  bool try_lock();
  void unlock();
};
struct recursive_mutex {
  recursive_mutex();
  ~recursive_mutex();
  void lock();
  bool try_lock();
  void unlock();
};
struct shared_mutex {
  shared_mutex();
  ~shared_mutex();
  void lock();
  void unlock();
  void lock_shared();
  void unlock_shared();
};
struct defer_lock_t {};
struct try_to_lock_t {};
struct adopt_lock_t {};
inline constexpr defer_lock_t defer_lock{};
inline constexpr try_to_lock_t try_to_lock{};
inline constexpr adopt_lock_t adopt_lock{};
template <typename M> struct lock_guard {
  explicit lock_guard(M &);
  lock_guard(M &, adopt_lock_t);
  lock_guard(const lock_guard &) = delete;
  ~lock_guard();
};
template <typename M> struct unique_lock {
  unique_lock();
  explicit unique_lock(M &);
  unique_lock(M &, defer_lock_t);
  unique_lock(M &, try_to_lock_t);
  unique_lock(M &, adopt_lock_t);
  unique_lock(unique_lock &&) noexcept;
  unique_lock &operator=(unique_lock &&) noexcept;
  ~unique_lock();
  void lock();
  bool try_lock();
  void unlock();
  void swap(unique_lock &) noexcept;
  M *release();
  bool owns_lock() const;
  explicit operator bool() const;
};
template <typename M> struct shared_lock {
  explicit shared_lock(M &);
  ~shared_lock();
};
template <typename... Ms> struct scoped_lock {
  explicit scoped_lock(Ms &...);
  ~scoped_lock();
};
template <typename A, typename B, typename... R> void lock(A &, B &, R &...);
struct thread {
  thread() = default;
  template <typename F, typename... A> explicit thread(F &&, A &&...) {}
  ~thread();
  bool joinable() const;
  void join();
  void detach();
};
} // namespace std

#endif

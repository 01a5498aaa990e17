// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of the standard library's threads that wait at their end, declared only.
#ifndef MOCK_THREADS_H
#define MOCK_THREADS_H
#pragma GCC system_header

namespace std {
struct jthread {
  jthread();
  template <typename F> explicit jthread(F &&) {}
  jthread(jthread &&);
  jthread &operator=(jthread &&);
  ~jthread();
  void join();
};
template <typename T> struct future {
  future();
  future(future &&);
  future &operator=(future &&);
  ~future();
  bool valid() const;
  T get();
};
template <typename T> struct promise {
  future<T> get_future();
};
enum class launch { async = 1, deferred = 2 };
template <typename F> future<int> async(launch, F &&);
} // namespace std

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// std::function, declared only.
#ifndef MOCK_FUNCTION_H
#define MOCK_FUNCTION_H
#pragma GCC system_header

namespace std {
template <typename> class function;
template <typename R, typename... A> class function<R(A...)> {
public:
  function();
  template <typename F> function(F) {}
  function(const function &);
  ~function();
  R operator()(A...) const;
  explicit operator bool() const;
};
} // namespace std

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of the standard library's condition variables, declared only.
#ifndef MOCK_CONDITION_H
#define MOCK_CONDITION_H
#pragma GCC system_header
#include "sync.h"

namespace std {
struct condition_variable {
  condition_variable();
  ~condition_variable();
  void notify_one();
  void notify_all();
  void wait(unique_lock<mutex> &);
  template <typename P> void wait(unique_lock<mutex> &, P);
};
} // namespace std

#endif

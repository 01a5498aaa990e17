// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text put together in a fixed buffer: no stdio, no allocation, cut off when
// full.
#ifndef GRIDLOCK_MONITOR_CORE_TEXT_H
#define GRIDLOCK_MONITOR_CORE_TEXT_H

#include "runtime-monitor/core/Syscalls.h"

#include <cstring>

namespace gridlock::monitor {

void sayOnStderr(const char *Line, size_t Size) noexcept;

template <size_t Capacity> class Text {
public:
  Text &operator<<(const char *S) noexcept { return append(S, std::strlen(S)); }
  Text &operator<<(uint64_t N) noexcept {
    char Digits[20];
    size_t I = sizeof Digits;
    do
      Digits[--I] = static_cast<char>('0' + N % 10);
    while (N /= 10);
    return append(Digits + I, sizeof Digits - I);
  }
  Text &append(const char *S, size_t N) noexcept {
    if (N > Capacity - Size)
      N = Capacity - Size;
    std::memcpy(Data + Size, S, N);
    Size += N;
    Data[Size] = 0;
    return *this;
  }
  const char *c_str() const noexcept { return Data; }
  size_t size() const noexcept { return Size; }

  /// One line on stderr, named so that its origin is clear.
  void say() const noexcept {
    Text<Capacity + 16> Line;
    (Line << "gridlock: ").append(Data, Size) << "\n";
    sayOnStderr(Line.c_str(), Line.size());
  }

private:
  size_t Size = 0;
  char Data[Capacity + 1] = {};
};

} // namespace gridlock::monitor

#endif

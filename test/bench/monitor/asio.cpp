// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the adapters for Asio cost, without the monitor and with it: a handler
// that does nothing, and a coroutine that awaits another one. Built by hand, in
// both ways; asio.sh prints the ratios.
#include <asio.hpp>
#ifdef OBSERVED
#include <gridlock/asio.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdio>

template <class Work> static double best(int Count, Work &&Run) {
  double Least = 1e18;
  for (int Round = 0; Round < 9; ++Round) {
    const auto Start = std::chrono::steady_clock::now();
    Run(Count);
    const std::chrono::duration<double, std::nano> Time =
        std::chrono::steady_clock::now() - Start;
    Least = std::min(Least, Time.count() / Count);
  }
  return Least;
}

static asio::awaitable<int> inner(int I) { co_return I; }
static asio::awaitable<void> outer(int Count, long &Sum) {
  for (int I = 0; I < Count; ++I)
    Sum += co_await inner(I);
}

int main() {
  asio::io_context Context(1);
  std::printf("handler %.2f\n", best(100000, [&](int Count) {
                Context.restart();
                for (int I = 0; I < Count; ++I)
                  asio::post(Context, [] {});
                Context.run();
              }));
  long Sum = 0;
  std::printf("await %.2f\n", best(100000, [&](int Count) {
                Context.restart();
                asio::co_spawn(Context, outer(Count, Sum), asio::detached);
                Context.run();
              }));
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coroutines of Asio and Boost.Asio (awaitable<T>) for the monitor: as
// gridlock/coroutine.h, which says what is observed and what it costs. Include
// it after Asio's headers and before any coroutine, in every translation unit
// that has coroutines of that type. C++20, GCC and Clang.
//
// Asio specialises std::coroutine_traits for awaitable<T, Executor>; what is
// here is more special, for one executor: any_io_executor, awaitable's default.
// For another one:
//   GRIDLOCK_OBSERVE_AWAITABLE(boost::asio, my_executor)
// in the global namespace. Asio's own coroutines (co_spawn's) are left alone.
#ifndef GRIDLOCK_ASIO_H
#define GRIDLOCK_ASIO_H

#include <gridlock/coroutine.h>

#define GRIDLOCK_OBSERVE_AWAITABLE(ASIO, ...)                                  \
  template <class T>                                                           \
  inline constexpr bool                                                        \
      gridlock::starts_awaited<ASIO::awaitable<T, __VA_ARGS__>> = true;        \
  template <class T, class... Args>                                            \
  requires(                                                                    \
      !std::same_as<T,                                                         \
                    ASIO::detail::awaitable_thread_entry_point>) struct std::  \
      coroutine_traits<ASIO::awaitable<T, __VA_ARGS__>, Args...> {             \
    using promise_type = gridlock::observed_promise<                           \
        ASIO::detail::awaitable_frame<T, __VA_ARGS__>>;                        \
  };

#if defined(BOOST_ASIO_AWAITABLE_HPP) && defined(BOOST_ASIO_HAS_CO_AWAIT)
GRIDLOCK_OBSERVE_AWAITABLE(boost::asio, boost::asio::any_io_executor)
#endif
#if defined(ASIO_AWAITABLE_HPP) && defined(ASIO_HAS_CO_AWAIT)
GRIDLOCK_OBSERVE_AWAITABLE(asio, asio::any_io_executor)
#endif
#if !defined(BOOST_ASIO_AWAITABLE_HPP) && !defined(ASIO_AWAITABLE_HPP)
#error "include <boost/asio.hpp> or <asio.hpp> before <gridlock/asio.h>"
#endif

#endif

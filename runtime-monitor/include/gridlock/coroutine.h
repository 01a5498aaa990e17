// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coroutines for the monitor: how long each runs between resumption and
// suspension, which coroutines await the one that blocks, tasks that are
// dropped before they ran, tasks pending at the program's end, and locks of
// threads held across a suspension. C++20, GCC and Clang. Without the monitor
// in the process it does nothing but test a pointer.
//
// For a task type of your own:
//   using promise_type = gridlock::observed_promise<my_promise>;
// For a library's, beside its include, in every translation unit that has
// coroutines of that type:
//   template <class T, class... Args>
//   struct std::coroutine_traits<lib::task<T>, Args...>
//       : gridlock::observed_traits<lib::task<T>> {};
//
// Threads: as the promise. Cost with the monitor: two clock reads for each
// resumption. Errors: none; never throws what the promise doesn't throw.
#ifndef GRIDLOCK_COROUTINE_H
#define GRIDLOCK_COROUTINE_H

#include <gridlock/monitor.h>

#include <concepts>
#include <coroutine>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

extern "C" {

/* One coroutine, in its promise. The fields are the monitor's own business. */
struct gridlock_coroutine {
  uint64_t magic;
  const void *frame;
  gridlock_coroutine *parent; /* that awaits it */
  gridlock_coroutine *outer;  /* that ran when it was resumed */
  void *site;
  const char *function, *file;
  uint64_t created; /* return address of the call that made it */
  uint64_t since;   /* its step's begin, 0: suspended */
  uint32_t line, at, held, moved;
  uint32_t started, finished, exceptions, unwinding;
};

__attribute__((weak)) void gridlock_coroutine_created(gridlock_coroutine *,
                                                      const char *function,
                                                      const char *file,
                                                      uint32_t line);
__attribute__((weak)) void gridlock_coroutine_resumed(gridlock_coroutine *);
/* Before it is handed over: afterwards another thread may run or end it.
 * Returns how many of the thread's locks it holds. */
__attribute__((weak)) uint32_t
gridlock_coroutine_suspends(gridlock_coroutine *, uint32_t line, int final);
/* WHICH (maybe gone by now) was handed over, and TARGET (or null) runs next;
 * WHICH itself: whatever runs next is what it awaits. */
__attribute__((weak)) void
gridlock_coroutine_suspended(const void *target,
                             const gridlock_coroutine *which);
__attribute__((weak)) void gridlock_coroutine_holds(gridlock_coroutine *,
                                                    struct gridlock_call *);
__attribute__((weak)) void gridlock_coroutine_destroyed(gridlock_coroutine *,
                                                        struct gridlock_call *);
}

namespace gridlock {

namespace detail {

using location = std::source_location;

struct coroutine_state : gridlock_coroutine {
  coroutine_state() noexcept : gridlock_coroutine{} {}
  coroutine_state(const coroutine_state &) = delete;

  void resumed() noexcept {
    if (gridlock_coroutine_resumed)
      gridlock_coroutine_resumed(this);
  }
  /// True if it holds locks.
  bool suspends(const location &Where, bool Final) noexcept {
    return gridlock_coroutine_suspends &&
           gridlock_coroutine_suspends(this, Where.line(), Final) != 0;
  }
  [[gnu::noinline]] static void holds(gridlock_coroutine &State) noexcept {
    gridlock_call Call;
    GRIDLOCK_CAPTURE(&Call);
    gridlock_coroutine_holds(&State, &Call);
  }
  [[gnu::noinline]] ~coroutine_state() {
    if (!gridlock_coroutine_destroyed)
      return;
    unwinding = static_cast<uint32_t>(std::uncaught_exceptions()) > exceptions;
    gridlock_call Call;
    GRIDLOCK_CAPTURE(&Call);
    gridlock_coroutine_destroyed(this, &Call);
  }
};

} // namespace detail

/// Whether a coroutine that awaits an Awaitable, and gives control back to
/// whoever resumed it, is followed at once by the one it awaits.
template <class Awaitable> inline constexpr bool starts_awaited = false;

namespace detail {

/// The awaiter of an awaitable, as co_await finds it.
template <class T> decltype(auto) awaiter_of(T &&Object) {
  if constexpr (requires { static_cast<T &&>(Object).operator co_await(); })
    return static_cast<T &&>(Object).operator co_await();
  else if constexpr (requires { operator co_await(static_cast<T &&>(Object)); })
    return operator co_await(static_cast<T &&>(Object));
  else
    return static_cast<T &&>(Object);
}

enum class point { initial, await, final };

/// Awaits Source (a reference, or a value made in place) and tells the monitor.
template <class Base, class Source, point Point> class observed_await {
  static constexpr bool quiet = Point == point::final;

public:
  template <class Make>
  observed_await(coroutine_state &State, const location &Where,
                 Make &&MakeSource) noexcept(quiet)
      : State(State), Where(Where), Object(MakeSource()),
        Awaiter(awaiter_of(static_cast<Source &&>(Object))) {}
  observed_await(const observed_await &) = delete;

  bool await_ready() noexcept(quiet) {
    return static_cast<bool>(Awaiter.await_ready());
  }

  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> Handle) noexcept(quiet) {
    const auto Mine =
        std::coroutine_handle<Base>::from_address(Handle.address());
    using result = decltype(Awaiter.await_suspend(Mine));
    Suspended = true;
    const gridlock_coroutine *const Me = &State;
    const bool Holds =
        Point != point::initial && State.suspends(Where, Point == point::final);
    back_if_thrown Guard{Point == point::await ? &State : nullptr};
    // Whether it is suspended is only known when it may be gone already.
    gridlock_coroutine Copy{};
    if (Holds && std::same_as<result, bool>)
      Copy = State;
    else if (Holds)
      coroutine_state::holds(State);
    if constexpr (std::is_void_v<result>) {
      Awaiter.await_suspend(Mine);
      Guard.State = nullptr;
      told(starts_awaited<std::remove_cvref_t<Source>> ? Me : nullptr, Me);
    } else if constexpr (std::same_as<result, bool>) {
      const bool Stays = Awaiter.await_suspend(Mine);
      told(nullptr, Me);
      if (Stays)
        Guard.State = nullptr; // else it goes on: as if thrown
      if (Stays && Holds)
        coroutine_state::holds(Copy);
      return Stays;
    } else {
      result Next = Awaiter.await_suspend(Mine);
      Guard.State = nullptr;
      told(Next.address(), Me);
      return Next;
    }
  }

  decltype(auto) await_resume() noexcept(quiet) {
    if (Point == point::initial || (Suspended && State.since == 0))
      State.resumed();
    return Awaiter.await_resume();
  }

private:
  struct back_if_thrown {
    coroutine_state *State;
    ~back_if_thrown() {
      if (State)
        State->resumed();
    }
  };
  static void told(const void *Target,
                   const gridlock_coroutine *Which) noexcept {
    if (gridlock_coroutine_suspended)
      gridlock_coroutine_suspended(Target, Which);
  }

  coroutine_state &State;
  const location Where;
  Source Object;
  decltype(awaiter_of(std::declval<Source>())) Awaiter;
  bool Suspended = false;
};

struct has_name {
  int await_transform;
};
template <class Base> struct two_names : Base, has_name {};
/// Whether Base has members of that name, overloaded or not.
template <class Base, class T> constexpr bool transforms() {
  if constexpr (std::is_final_v<Base>)
    return requires(Base & B, T && Value) {
      B.await_transform(static_cast<T &&>(Value));
    };
  else
    return !requires { &two_names<Base>::await_transform; };
}

/// A promise that can't be derived from, as the first member.
template <class Base> class wrapped {
public:
  decltype(auto) get_return_object() { return Wrapped.get_return_object(); }
  void unhandled_exception() noexcept(
      noexcept(std::declval<Base &>().unhandled_exception())) {
    Wrapped.unhandled_exception();
  }

protected:
  template <class... Args>
  [[gnu::always_inline]] explicit wrapped(Args &&...Arguments)
      : Wrapped(std::forward<Args>(Arguments)...) {
    static_assert(
        !requires { Base::operator new(sizeof(Base)); },
        "a final promise with an operator new can't be observed");
  }
  Base Wrapped;
};
// A promise may have either of the two.
template <class Base, bool Void> class returning : public wrapped<Base> {
protected:
  using wrapped<Base>::wrapped;

public:
  template <class T>
  requires requires(Base &B, T &&V) { B.return_value(static_cast<T &&>(V)); }
  void return_value(T &&Value) {
    this->Wrapped.return_value(static_cast<T &&>(Value));
  }
};
template <class Base> class returning<Base, true> : public wrapped<Base> {
protected:
  using wrapped<Base>::wrapped;

public:
  void return_void() { this->Wrapped.return_void(); }
};

template <class Base, bool Final> class holding : public Base {
protected:
  using Base::Base;
  holding() = default;
  Base &base() noexcept { return *this; }
};
template <class Base>
    class holding<Base, true> : public returning < Base,
    requires(Base &B) {
  B.return_void();
} > {
protected:
  using returning < Base, requires(Base & B) { B.return_void(); }
  > ::returning;
  Base &base() noexcept { return this->Wrapped; }
};

} // namespace detail

/// A promise like Base that tells the monitor. Base finds its coroutine by its
/// own address, so it must stay at the beginning.
template <class Base>
class observed_promise : public detail::holding<Base, std::is_final_v<Base>> {
  using holding = detail::holding<Base, std::is_final_v<Base>>;
  using location = std::source_location;
  using state = detail::coroutine_state;
  template <class Source, detail::point Point>
  using awaited = detail::observed_await<Base, Source, Point>;

public:
  template <class... Args>
  requires std::constructible_from<Base, Args...>
  [[gnu::always_inline]] explicit observed_promise(Args &&...Arguments)
      : holding(std::forward<Args>(Arguments)...) {
    static_assert(alignof(observed_promise) <= 2 * sizeof(void *) ||
                  alignof(observed_promise) == alignof(Base));
    State.created = reinterpret_cast<uint64_t>(__builtin_return_address(0));
  }

  auto initial_suspend(const location &Where = location::current()) {
    using source = decltype(std::declval<Base &>().initial_suspend());
    State.frame =
        std::coroutine_handle<observed_promise>::from_promise(*this).address();
    State.exceptions = static_cast<uint32_t>(std::uncaught_exceptions());
    if (gridlock_coroutine_created)
      gridlock_coroutine_created(&State, Where.function_name(),
                                 Where.file_name(), Where.line());
    return awaited<source, detail::point::initial>(
        State, Where,
        [this]() -> source { return this->base().initial_suspend(); });
  }

  auto final_suspend(const location &Where = location::current()) noexcept {
    using source = decltype(std::declval<Base &>().final_suspend());
    return awaited<source, detail::point::final>(
        State, Where,
        [this]() noexcept -> source { return this->base().final_suspend(); });
  }

  template <class T>
  auto await_transform(T &&Value, const location &Where = location::current()) {
    if constexpr (detail::transforms<Base, T>()) {
      using source = decltype(std::declval<Base &>().await_transform(
          std::forward<T>(Value)));
      return awaited<source, detail::point::await>(
          State, Where, [&]() -> source {
            return this->base().await_transform(std::forward<T>(Value));
          });
    } else {
      return awaited<T &&, detail::point::await>(
          State, Where, [&]() -> T && { return static_cast<T &&>(Value); });
    }
  }

  template <class T>
  requires requires(Base &B, T &&V) { B.yield_value(static_cast<T &&>(V)); }
  auto yield_value(T &&Value, const location &Where = location::current()) {
    using source =
        decltype(std::declval<Base &>().yield_value(std::forward<T>(Value)));
    return awaited<source, detail::point::await>(State, Where, [&]() -> source {
      return this->base().yield_value(std::forward<T>(Value));
    });
  }

private:
  state State;
};

/// For std::coroutine_traits of a library's task type, whose promise is Task's
/// promise_type.
template <class Task> struct observed_traits {
  using promise_type = observed_promise<typename Task::promise_type>;
};

} // namespace gridlock

#endif

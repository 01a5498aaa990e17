// Stand-ins for the standard library, so that the tests need no particular one.
#pragma GCC system_header
namespace std {
using size_t = decltype(sizeof(0));
template <class T> struct remove_reference { using type = T; };
template <class T> struct remove_reference<T &> { using type = T; };
template <class T> struct remove_reference<T &&> { using type = T; };
template <class T> constexpr typename remove_reference<T>::type &&move(T &&t) noexcept {
  return static_cast<typename remove_reference<T>::type &&>(t);
}
inline namespace __1 {
struct mutex { void lock(); void unlock(); bool try_lock(); };
template <class M> struct lock_guard {
  explicit lock_guard(M &);
  ~lock_guard();
};
template <class T> struct unique_ptr {
  T *p;
  unique_ptr(T *p = nullptr) : p(p) {}
  unique_ptr(unique_ptr &&o) : p(o.p) {}
  ~unique_ptr();
  T *operator->() const;
  T &operator*() const;
};
}
template <class> class function;
template <class R, class... A> class function<R(A...)> {
  void *f;
public:
  template <class F> function(F) {}
  function(const function &);
  ~function();
  R operator()(A...) const;
};
template <long N, long D = 1> struct ratio {};
namespace chrono {
template <class R, class P> struct duration {
  R r;
  constexpr duration() : r(0) {}
  constexpr explicit duration(const R &r) : r(r) {}
  static constexpr duration zero() { return duration(0); }
};
using nanoseconds = duration<long, ratio<1, 1000000000>>;
using milliseconds = duration<long, ratio<1, 1000>>;
using seconds = duration<long, ratio<1>>;
}
namespace literals {
constexpr chrono::milliseconds operator""ms(unsigned long long n) { return chrono::milliseconds(n); }
}
template <class T> struct atomic {
  T v;
  void store(T); T load() const; T fetch_add(T); void wait(T) const;
  operator T() const; T operator++();
};
struct ignore_t { template <class T> const ignore_t &operator=(T &&) const; };
inline const ignore_t ignore;
template <class R, class...> struct coroutine_traits { using promise_type = typename R::promise_type; };
template <class P = void> struct coroutine_handle {
  static coroutine_handle from_address(void *) noexcept;
  void *address() const noexcept;
  operator coroutine_handle<>() const noexcept;
};
template <> struct coroutine_handle<void> {
  static coroutine_handle from_address(void *) noexcept;
  void *address() const noexcept;
};
struct suspend_always {
  bool await_ready() const noexcept { return false; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
struct suspend_never {
  bool await_ready() const noexcept { return true; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
}

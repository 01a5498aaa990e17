// Handlers of one type that several functions give to Asio: each finding names the function
// that started its operation, of timers, sockets, composed operations and posts, optimised
// or not. Of a type that is given in a hundred places, the last have no name, not a wrong one.
// REQUIRES: asio
// RUN: for o in 0 2; do %victim -O$o -DASIO_CUSTOM_HANDLER_TRACKING="<gridlock/asio_tracking.h>" %s -o %t.exe || exit 1; \
// RUN:   rm -rf %t.r; %gridlock run --output %t.r -- %t.exe || exit 1; \
// RUN:   %gridlock report %t.r --format json --output %t.json; %expect %t.json \
// RUN:   "sorted(f['function'] for f in findings) == ['many_bad', 'post1_bad', 'post2_bad', 'read1_bad', 'read2_bad', 'timer1_bad', 'timer2_bad', 'write1_bad', 'write2_bad']" \
// RUN:   "all(' made by starts_' + f['function'][:-4] + '\'' in str([n['message'] for n in f['notes']]) for f in findings if f['function'] != 'many_bad')" \
// RUN:   "all('starts_' not in str([n['message'] for n in f['notes']]) for f in findings if f['function'] == 'many_bad')" \
// RUN:   "all('in the handler of ' in str(f['notes']) for f in findings)" || exit 1; done
#include <asio.hpp>

#include <unistd.h>
#include <utility>

#define APART [[gnu::noinline]]
using asio::local::stream_protocol;

/// One type for all that is to be run.
struct handler {
  void (*Function)();
  template <class... Args> void operator()(const Args &...) const { Function(); }
};

APART void timer1_bad() { usleep(70000); asm(""); }
APART void timer2_bad() { usleep(70000); asm(""); }
APART void read1_bad() { usleep(70000); asm(""); }
APART void read2_bad() { usleep(70000); asm(""); }
APART void write1_bad() { usleep(70000); asm(""); }
APART void write2_bad() { usleep(70000); asm(""); }
APART void post1_bad() { usleep(70000); asm(""); }
APART void post2_bad() { usleep(70000); asm(""); }
APART void many_bad() { usleep(70000); asm(""); }
void quick_ok() {}

static asio::io_context Context;
static asio::steady_timer Timers[] = {asio::steady_timer(Context), asio::steady_timer(Context), asio::steady_timer(Context)};
static stream_protocol::socket Ends[] = {stream_protocol::socket(Context), stream_protocol::socket(Context)};
static char Buffers[2];

static void after(asio::steady_timer &Timer) { Timer.expires_after(std::chrono::milliseconds(2)); }
APART void starts_timer1() { after(Timers[0]); Timers[0].async_wait(handler{timer1_bad}); asm(""); }
APART void starts_timer2() { after(Timers[1]); Timers[1].async_wait(handler{timer2_bad}); asm(""); }
APART void starts_read1() { Ends[0].async_read_some(asio::buffer(Buffers, 1), handler{read1_bad}); asm(""); }
APART void starts_read2() { Ends[1].async_read_some(asio::buffer(Buffers + 1, 1), handler{read2_bad}); asm(""); }
APART void starts_write1() { asio::async_write(Ends[0], asio::buffer("1", 1), handler{write1_bad}); asm(""); }
APART void starts_write2() { asio::async_write(Ends[1], asio::buffer("2", 1), handler{write2_bad}); asm(""); }
APART void starts_post1() { asio::post(Context, handler{post1_bad}); asm(""); }
APART void starts_post2() { asio::post(Context, handler{post2_bad}); asm(""); }

template <int N> APART void elsewhere(void (*Last)()) {
  Timers[2].async_wait(handler{N == 99 ? Last : quick_ok});
  asm volatile("" ::"i"(N)); // each one a function of its own
}
template <int... N> static void everywhere(std::integer_sequence<int, N...>) {
  (elsewhere<N>(many_bad), ...);
}

int main() {
  asio::local::connect_pair(Ends[0], Ends[1]);
  // Until the loop is known as one.
  for (int I = 0; I < 6; ++I) {
    after(Timers[2]);
    Timers[2].async_wait(handler{quick_ok});
    Context.run();
    Context.restart();
  }
  for (auto *Start : {starts_timer1, starts_timer2, starts_read1, starts_read2, starts_write1, starts_write2, starts_post1, starts_post2})
    Start();
  Context.run();
  Context.restart();
  after(Timers[2]);
  everywhere(std::make_integer_sequence<int, 100>());
  asio::steady_timer Last(Context, std::chrono::milliseconds(120)); // what runs before it is followed by a wait
  Last.async_wait(handler{quick_ok});
  Context.run();
}

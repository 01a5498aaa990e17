// Neither the number of locks that live at once nor the length of a cycle hides a finding: a
// cycle of thirty threads, and one of two among five thousand locks of which three thousand
// were taken inside another one. A cycle of thirty that a gate keeps apart is none.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted(f['operation'].split(',')[0] for f in by['gridlock-lock-order']) == ['backward_bad', 'ring_bad']" \
// RUN:   "sorted(len(f['operation'].split(',')) for f in by['gridlock-lock-order']) == [2, 30]" \
// RUN:   "'orders that form a cycle' in str([f['message'] for f in by['gridlock-lock-order'] if 'ring' in f['operation']])" \
// RUN:   "'_ok' not in str(findings)" || exit 1; done
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#define APART [[gnu::noinline]]
using Guard = std::lock_guard<std::mutex>;

// In turn, each on a thread of its own; all have begun before the first, all end after the last.
static void inTurn(const std::vector<std::function<void()>> &Run) {
  std::atomic<std::size_t> Begun{0}, Turn{0};
  std::vector<std::thread> Threads;
  std::vector<std::mutex> Own(Run.size());
  for (std::size_t I = 0; I < Run.size(); ++I)
    Threads.emplace_back([&, I] {
      { Guard Known(Own[I]); } // the monitor has seen it
      ++Begun;
      while (Begun != Run.size() || Turn != I)
        std::this_thread::yield();
      Run[I]();
      ++Turn;
      while (Turn != Run.size())
        std::this_thread::yield();
    });
  for (std::thread &T : Threads)
    T.join();
}

constexpr int Length = 30;
static std::mutex Ring[Length], Gated[Length], Gate;
// A place in the code for each step, as in a program; one place for all would be instances of one type.
template <int I> APART void ring_bad() { Guard One(Ring[I]); Guard Two(Ring[(I + 1) % Length]); asm(""); }
template <int I> APART void gated_ok() {
  Guard Apart(Gate);
  Guard One(Gated[I]);
  Guard Two(Gated[(I + 1) % Length]);
  asm("");
}
template <int... I> static void rings(std::integer_sequence<int, I...>) {
  inTurn({ring_bad<I>...});
  inTurn({gated_ok<I>...});
}

static std::vector<std::mutex> Many(5000);
static std::mutex Outer;
APART void each_ok() {
  for (std::mutex &M : Many)
    Guard One(M);
  for (int I = 0; I < 3000; ++I) {
    Guard One(Outer);
    Guard Two(Many[static_cast<std::size_t>(I)]);
  }
}
APART void forward_bad() { Guard One(Many[4321]); Guard Two(Many[4999]); asm(""); }
APART void backward_bad() { Guard One(Many[4999]); Guard Two(Many[4321]); asm(""); }

int main() {
  each_ok();
  inTurn({forward_bad, backward_bad});
  rings(std::make_integer_sequence<int, Length>());
}

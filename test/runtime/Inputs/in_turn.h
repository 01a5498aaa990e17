// Functions that run one after the other on threads of their own, which the monitor has all seen
// before the first begins, and which end when all are over: orders of locks, but never a wait.
#ifndef VICTIM_IN_TURN_H
#define VICTIM_IN_TURN_H

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

inline void inTurn(std::vector<std::function<void()>> Run, std::size_t Rounds = 1) {
  const std::size_t Count = Run.size(), All = Count * Rounds;
  std::atomic<std::size_t> Turn{0}, There{0};
  std::vector<std::mutex> Own(Count);
  std::vector<std::thread> Threads;
  for (std::size_t I = 0; I < Count; ++I)
    Threads.emplace_back([&, I] {
      { std::lock_guard<std::mutex> Known(Own[I]); }
      ++There;
      for (std::size_t Mine = I; Mine < All; Mine += Count) {
        while (There < Count || Turn != Mine)
          std::this_thread::yield();
        Run[I]();
        ++Turn;
      }
      while (Turn < All)
        std::this_thread::yield();
    });
  for (std::thread &Each : Threads)
    Each.join();
}

#endif

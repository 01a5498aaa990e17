// What a view is made with runs while somebody goes over it.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "lazy-task.h"

#include <ranges>
#include <vector>

#include <unistd.h>

task piped_bad(std::vector<int> &v) {
  // CHECK: views.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop: coroutine 'piped_bad'
  for (int i : v | std::views::transform([](int x) { sleep(1); return x; }))
    (void)i;
  co_return;
}
task called_bad(std::vector<int> &v) {
  // CHECK: views.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop: coroutine 'called_bad'
  for (int i : std::views::filter(v, [](int x) { sleep(1); return x > 0; }))
    (void)i;
  co_return;
}
task plain_ok(std::vector<int> &v) {
  for (int i : v | std::views::transform([](int x) { return x + 1; }) | std::views::take(2))
    (void)i;
  co_return;
}

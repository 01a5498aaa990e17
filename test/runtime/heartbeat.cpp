// How responsive loops are, measured without a timer that wakes them: beats are thought of as
// due at a fixed rhythm, and counted late if the loop comes to them late. So a loop that is
// congested without any stall is told from a quick one, and one long stall counts for all the
// beats it delays.
// RUN: %victim %s -o %t.exe
// RUN: rm -rf %t.records; %gridlock run --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "len(loops) == 4" "{(l['heartbeat_ms'], l['lag_ms']) for l in loops} == {(100, 50)}" \
// RUN:   "[l for l in loops if l['name'] == 'congested_bad'][0]['late_beats'] >= 5" \
// RUN:   "[l for l in loops if l['name'] == 'hangs_bad'][0]['late_beats'] >= 9" \
// RUN:   "all(l['beats'] >= 15 and l['late_beats'] <= l['beats'] / 4 for l in loops if '_ok' in l['name'])" \
// RUN:   "all(10 <= l['beats'] for l in loops)"
// RUN: %gridlock report %t.records | %FileCheck %s
// CHECK: late: beats of 100 ms over 50 ms late
// CHECK: lag p99 {{ *}}late {{ *}}stalls
// Where later is good enough, with options:
// RUN: rm -rf %t.records; env GRIDLOCK_OPTIONS=heartbeat_ms=20:lag_ms=700 %gridlock run --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "all(l['late_beats'] <= l['beats'] / 4 for l in loops if l['name'] != 'hangs_bad')" \
// RUN:   "[l for l in loops if l['name'] == 'hangs_bad'][0]['late_beats'] >= 10"
#include "loop.h"

#include <gridlock/monitor.h>
#include <thread>

template <class Callback> static std::thread loop(const char *Name, int Rounds, Callback OnEvent) {
  return std::thread([=] {
    if (gridlock_name_loop) // there only under the monitor
      gridlock_name_loop(Name);
    runLoop(Rounds, OnEvent);
  });
}

int main() {
  std::thread Loops[] = {
      loop("congested_bad", 30, [](int) { usleep(80000); }), // each shorter than a stall
      loop("hangs_bad", 10, [](int I) { usleep(I == 8 ? 1000000 : 50000); }),
      loop("quick_ok", 400, [](int) { usleep(5000); }),
      // As busy, but each event soon gets its turn.
      loop("busy_ok", 2000, [](int) { usleep(1000); }),
  };
  for (std::thread &T : Loops)
    T.join();
}

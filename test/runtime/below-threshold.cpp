// Callbacks below the thresholds are no findings, however many; above a lower threshold
// they are.
// RUN: %victim %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "findings == []" "loops[0]['stalls'] == 0" "loops[0]['max_ns'] >= 30 * ms"
// RUN: env GRIDLOCK_OPTIONS=block_ms=10 %gridlock run --threshold-ms 10 --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "len(findings) == 1" "findings[0]['count'] >= 10" "loops[0]['stalls'] >= 10"
#include "loop.h"

int main() {
  runLoop(16, [](int) { usleep(30000); });
}

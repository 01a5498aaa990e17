#include "gridlock/monitor.h"
#include <cstdio>
int main() {
  GRIDLOCK_NAME_LOOP("main");
  std::printf("active: %d\n", gridlock_monitor_active && gridlock_monitor_active());
}

#include "coro.h"
task three_bad() {
  sleep(1);
  co_return;
}

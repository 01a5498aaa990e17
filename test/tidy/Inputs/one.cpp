#include "coro.h"
task one_bad() {
  sleep(1);
  co_return;
}

#include "coro.h"
task two_bad() {
  sleep(1);
  co_return;
}

// The library that Inputs/mylib.yaml is about.
#include <time.h>
int mylib_fetch(int id, int milliseconds) {
  struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  return clock_nanosleep(CLOCK_MONOTONIC, 0, &left, 0) + id;
}

#include "programs.h"

#include <unistd.h>

static int changes;

void wait_bad(int fd) {
  fsync(fd);
}

void count_ok(int fd) {
  changes += fd;
}

static void change(int fd) {
#ifdef ON_DISK
  log_change(fd);
#else
  count_ok(fd);
#endif
}

void keep(int fd) {
  change(fd);
}

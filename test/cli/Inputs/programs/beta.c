#include "programs.h"

#include <unistd.h>

void handle(int fd) {
  wait_bad(fd);
}

void log_change(int fd) {
  sleep((unsigned)fd); /* beta's */
}

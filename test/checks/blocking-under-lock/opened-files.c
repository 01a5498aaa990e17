// What waits for a disk is shown by the strict profile only, the use of what
// was opened by a path as much as the opening itself.
// RUN: %check_all blocking-under-lock %s
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-under-lock' --profile strict --quiet -- -std=c11 > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void append_ok(const char *name, const char *text, unsigned long size) {
  pthread_mutex_lock(&lock);
  int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0644);
  // STRICT: opened-files.c:[[@LINE+1]]:3: warning: 'write' blocks while 'lock' is held in 'append_ok'
  write(fd, text, size);
  close(fd);
  pthread_mutex_unlock(&lock);
}
long load_ok(int folder, char *text, unsigned long size) {
  int fd = -1;
  pthread_mutex_lock(&lock);
  fd = openat(folder, "state", O_RDONLY);
  long got = read(fd, text, size);
  close(fd);
  pthread_mutex_unlock(&lock);
  return got;
}
long device_bad(char *text, unsigned long size) {
  pthread_mutex_lock(&lock);
  int fd = open("/dev/ttyS0", O_RDONLY);
  // CHECK: opened-files.c:[[@LINE+1]]:14: warning: 'read' blocks while 'lock' is held in 'device_bad'
  long got = read(fd, text, size);
  close(fd);
  pthread_mutex_unlock(&lock);
  return got;
}
long either_bad(int file, char *text, unsigned long size) {
  pthread_mutex_lock(&lock);
  int fd = open("state", O_RDONLY);
  if (file < 0)
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
  // CHECK: opened-files.c:[[@LINE+1]]:14: warning: 'read' blocks while 'lock' is held in 'either_bad'
  long got = read(fd, text, size);
  close(fd);
  pthread_mutex_unlock(&lock);
  return got;
}
// CHECK-NOT: warning:

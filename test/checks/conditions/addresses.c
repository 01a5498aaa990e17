// getaddrinfo asks nobody without a host, or for an address.
// RUN: %check_all gridlock-blocking-in-callback %s -- -I%root/runtime-monitor/include
#define _GNU_SOURCE
#include <gridlock/annotations.h>

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

GRIDLOCK_RUNS_ON_LOOP void listen_ok(const char *port) {
  struct addrinfo hints, *found;
  memset(&hints, 0, sizeof hints);
  hints.ai_flags = AI_PASSIVE;
  getaddrinfo(NULL, port, &hints, &found);
}
GRIDLOCK_RUNS_ON_LOOP void listen_bad(const char *host, const char *port) {
  struct addrinfo hints, *found;
  memset(&hints, 0, sizeof hints);
  hints.ai_flags = AI_PASSIVE;
  // CHECK: addresses.c:[[@LINE+1]]:3: warning: 'getaddrinfo' blocks
  getaddrinfo(host, port, &hints, &found);
}
GRIDLOCK_RUNS_ON_LOOP void literal_ok(const char *host) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;
  getaddrinfo(host, "80", &hints, &found);
}
// Six is TCP, and has the bit of AI_NUMERICHOST in it.
GRIDLOCK_RUNS_ON_LOOP void protocol_bad(const char *host) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICSERV, .ai_protocol = IPPROTO_TCP}, *found;
  // CHECK: addresses.c:[[@LINE+1]]:3: warning: 'getaddrinfo' blocks
  getaddrinfo(host, "80", &hints, &found);
}
GRIDLOCK_RUNS_ON_LOOP void no_hints_bad(const char *host) {
  struct addrinfo *found;
  // CHECK: addresses.c:[[@LINE+1]]:3: warning: 'getaddrinfo' blocks
  getaddrinfo(host, "80", NULL, &found);
}
GRIDLOCK_RUNS_ON_LOOP void empty_hints_bad(const char *host) {
  struct addrinfo hints = {0}, *found;
  // CHECK: addresses.c:[[@LINE+1]]:3: warning: 'getaddrinfo' blocks
  getaddrinfo(host, "80", &hints, &found);
}
// CHECK-NOT: warning:

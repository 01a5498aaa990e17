// Sockets of libraries block unless the program tells one not to; of descriptors one can't
// know who has made them.
// RUN: %check_all gridlock-blocking-in-callback %s -- -I%root/runtime-monitor/include
#include <gridlock/annotations.h>

#include <sys/socket.h>

namespace boost::asio {
template <typename P> struct basic_stream_socket {
  unsigned long read_some(char *);
};
} // namespace boost::asio
struct tcp;

static char buffer[8];

GRIDLOCK_RUNS_ON_LOOP void socket_bad(boost::asio::basic_stream_socket<tcp> &S) {
  // CHECK: never-switched.cpp:[[@LINE+1]]:5: warning: 'boost::asio::basic_stream_socket::read_some' blocks
  S.read_some(buffer);
}

typedef struct ssl_st SSL;
extern "C" int SSL_read(SSL *, void *, int);
GRIDLOCK_RUNS_ON_LOOP void over_descriptor_ok(SSL *S) {
  SSL_read(S, buffer, 8);
}

GRIDLOCK_RUNS_ON_LOOP void descriptor_ok(int Fd) {
  recv(Fd, buffer, 8, 0);
}

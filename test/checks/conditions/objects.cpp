// Sessions and sockets of libraries that were told not to block, and questions asked before.
// RUN: %check_all gridlock-blocking-in-callback %s --profile strict -- -I%root/runtime-monitor/include
#include <gridlock/annotations.h>

extern "C" {
struct PGconn;
struct PGresult;
int PQsetnonblocking(PGconn *, int);
int PQputCopyData(PGconn *, const char *, int);
int PQisBusy(PGconn *);
PGresult *PQgetResult(PGconn *);
struct ssh_session_struct;
struct ssh_channel_struct;
void ssh_set_blocking(ssh_session_struct *, int);
int ssh_channel_read(ssh_channel_struct *, void *, unsigned, int);
ssh_channel_struct *ssh_channel_new(ssh_session_struct *);
}
namespace boost::asio {
template <typename P> struct basic_socket {
  void non_blocking(bool);
};
template <typename P> struct basic_stream_socket : basic_socket<P> {
  unsigned long read_some(char *);
};
} // namespace boost::asio
struct tcp;
using socket_type = boost::asio::basic_stream_socket<tcp>;

GRIDLOCK_RUNS_ON_LOOP void copy_bad(PGconn *C) {
  PQsetnonblocking(C, 0);
  // CHECK: objects.cpp:[[@LINE+1]]:3: warning: 'PQputCopyData' blocks
  PQputCopyData(C, "", 0);
}
GRIDLOCK_RUNS_ON_LOOP void copy_ok(PGconn *C) {
  PQsetnonblocking(C, 1);
  PQputCopyData(C, "", 0);
}
GRIDLOCK_RUNS_ON_LOOP void result_bad(PGconn *C) {
  if (PQisBusy(C))
    // CHECK: objects.cpp:[[@LINE+1]]:5: warning: 'PQgetResult' blocks
    PQgetResult(C);
}
GRIDLOCK_RUNS_ON_LOOP void result_ok(PGconn *C) {
  while (!PQisBusy(C))
    if (!PQgetResult(C))
      break;
}
GRIDLOCK_RUNS_ON_LOOP void channel_bad(ssh_session_struct *S) {
  ssh_set_blocking(S, 1);
  ssh_channel_struct *C = ssh_channel_new(S);
  char Byte;
  // CHECK: objects.cpp:[[@LINE+1]]:3: warning: 'ssh_channel_read' blocks
  ssh_channel_read(C, &Byte, 1, 0);
}
GRIDLOCK_RUNS_ON_LOOP void channel_ok(ssh_session_struct *S) {
  ssh_set_blocking(S, 0);
  ssh_channel_struct *C = ssh_channel_new(S);
  char Byte;
  ssh_channel_read(C, &Byte, 1, 0);
}
GRIDLOCK_RUNS_ON_LOOP void socket_bad(socket_type &S) {
  S.non_blocking(false);
  char Byte;
  // CHECK: objects.cpp:[[@LINE+1]]:5: warning: 'boost::asio::basic_stream_socket::read_some' blocks
  S.read_some(&Byte);
}
GRIDLOCK_RUNS_ON_LOOP void socket_ok(socket_type &S) {
  S.non_blocking(true);
  char Byte;
  S.read_some(&Byte);
}

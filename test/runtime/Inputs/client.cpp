// A client library: a request polls a descriptor several times.
#include <poll.h>

extern "C" int fakeclient_request(int Fd) {
  pollfd Watched{Fd, POLLIN, 0};
  for (int I = 0; I < 5; ++I)
    poll(&Watched, 1, 2);
  return 0;
}

extern "C" int fakeclient_wait(int Ms) {
  poll(nullptr, 0, Ms);
  return 0;
}

// Calls back, as libraries do; the callback may throw.
extern "C" void fakeclient_each(void (*Callback)(int), int Count) {
  for (int I = 0; I < Count; ++I)
    Callback(I);
}

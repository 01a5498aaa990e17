#include "programs.h"

#include <sys/epoll.h>

int main(void) {
  int set = epoll_create1(0);
  struct epoll_event events[8];
  for (;;) {
    int count = epoll_wait(set, events, 8, -1);
    for (int i = 0; i < count; i++) {
      handle(events[i].data.fd);
      keep(events[i].data.fd);
    }
  }
}

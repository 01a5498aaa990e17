// A minimal event loop for victims: every iteration waits for one event and calls back.
#ifndef VICTIM_LOOP_H
#define VICTIM_LOOP_H

#include <cstdint>
#include <cstdlib>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

template <class Callback> void runLoop(int Rounds, Callback &&OnEvent) {
  int Poll = epoll_create1(0), Event = eventfd(0, 0);
  epoll_event Watched{};
  Watched.events = EPOLLIN;
  epoll_ctl(Poll, EPOLL_CTL_ADD, Event, &Watched);
  for (int I = 0; I < Rounds; ++I) {
    std::uint64_t One = 1;
    if (write(Event, &One, sizeof One) != sizeof One)
      std::abort();
    epoll_event Seen;
    if (epoll_wait(Poll, &Seen, 1, -1) != 1)
      std::abort();
    if (read(Event, &One, sizeof One) != sizeof One)
      std::abort();
    OnEvent(I);
  }
  close(Poll);
  close(Event);
}

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A load for memcached: bench-memcached-load PORT SECONDS. 32 connections, each
// with one request under way, nine gets to a set of 100 bytes. Prints requests
// a second, and the 50th and 99th percentile of the latency in us.
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char *What) {
  std::perror(What);
  std::exit(1);
}

struct Connection {
  int Socket = -1;
  Clock::time_point Sent;
  std::string Answer;
};

int connectTo(int Port) {
  const int Socket = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in To{};
  To.sin_family = AF_INET;
  To.sin_port = htons(static_cast<uint16_t>(Port));
  To.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(Socket, reinterpret_cast<sockaddr *>(&To), sizeof To) != 0)
    fail("connect");
  return Socket;
}

void send(Connection &C, unsigned Number) {
  const std::string Key = "key" + std::to_string(Number * 7919u % 1000);
  const std::string Text = Number % 10 == 0 ? "set " + Key + " 0 0 100\r\n" +
                                                  std::string(100, 'x') + "\r\n"
                                            : "get " + Key + "\r\n";
  C.Sent = Clock::now();
  C.Answer.clear();
  if (write(C.Socket, Text.data(), Text.size()) !=
      static_cast<ssize_t>(Text.size()))
    fail("write");
}

bool isWhole(const std::string &Answer) {
  return Answer.ends_with("END\r\n") || Answer.ends_with("STORED\r\n");
}

} // namespace

int main(int Count, char **Arguments) {
  if (Count != 3) {
    std::fprintf(stderr, "usage: bench-memcached-load PORT SECONDS\n");
    return 2;
  }
  const int Poll = epoll_create1(0);
  std::vector<Connection> All(32);
  unsigned Number = 0;
  for (std::size_t I = 0; I < All.size(); ++I) {
    All[I].Socket = connectTo(std::atoi(Arguments[1]));
    epoll_event Watched{};
    Watched.events = EPOLLIN;
    Watched.data.u64 = I;
    epoll_ctl(Poll, EPOLL_CTL_ADD, All[I].Socket, &Watched);
    send(All[I], Number++);
  }
  std::vector<double> Times;
  const auto Start = Clock::now();
  const std::chrono::duration<double> Most(std::atof(Arguments[2]));
  for (auto Now = Start; Now - Start < Most;) {
    epoll_event Events[32];
    const int Ready = epoll_wait(Poll, Events, 32, 5000);
    if (Ready <= 0)
      fail("no answer");
    for (int I = 0; I < Ready; ++I) {
      Connection &C = All[Events[I].data.u64];
      char Bytes[4096];
      const ssize_t Size = read(C.Socket, Bytes, sizeof Bytes);
      if (Size <= 0)
        fail("read");
      C.Answer.append(Bytes, static_cast<std::size_t>(Size));
      if (!isWhole(C.Answer))
        continue;
      Now = Clock::now();
      Times.push_back(
          std::chrono::duration<double, std::micro>(Now - C.Sent).count());
      send(C, Number++);
    }
  }
  const std::chrono::duration<double> Took = Clock::now() - Start;
  std::sort(Times.begin(), Times.end());
  std::printf("%.0f %.1f %.1f\n",
              static_cast<double>(Times.size()) / Took.count(),
              Times[Times.size() / 2], Times[Times.size() * 99 / 100]);
}

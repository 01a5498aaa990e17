// An event loop that calls the library in its third round.
#include <poll.h>
#include <unistd.h>
int mylib_fetch(int id, int milliseconds);
int main(void) {
  int ends[2];
  if (pipe(ends))
    return 3;
  struct pollfd wait = {ends[0], POLLIN, 0};
  for (int round = 0; round < 8; ++round) {
    (void)!write(ends[1], "x", 1);
    poll(&wait, 1, 1000);
    char byte;
    (void)!read(ends[0], &byte, 1);
    if (round == 5)
      mylib_fetch(1, 400);
  }
  return 0;
}

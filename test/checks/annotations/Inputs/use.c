// Each macro where it may stand.
#include <gridlock/annotations.h>

GRIDLOCK_BLOCKING int waits(void);
static GRIDLOCK_NONBLOCKING int quick(void) { return 0; }
GRIDLOCK_RUNS_ON_LOOP void used(GRIDLOCK_OFFLOADS void (*job)(void), GRIDLOCK_RUNS_ON_LOOP void (*later)(void));
GRIDLOCK_OFFLOADS void away(void (*job)(void));
GRIDLOCK_DETACHES void forget(int task);
void used(void (*job)(void), void (*later)(void)) {
  (void)later;
  away(job);
  (void)quick();
}
#ifdef __cplusplus
struct handler {
  virtual ~handler();
  [[nodiscard]] GRIDLOCK_BLOCKING int load();
  GRIDLOCK_RUNS_ON_LOOP virtual void on_read() = 0;
};
inline auto tick = []() GRIDLOCK_RUNS_ON_LOOP {};
#endif

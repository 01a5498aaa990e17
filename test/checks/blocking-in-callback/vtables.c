// Handlers in a table of a library, where they stand in structures without a name (sd-bus).
// RUN: %check_all gridlock-blocking-in-callback %s
#define _GNU_SOURCE
#include <unistd.h>

typedef struct sd_bus_vtable {
  int type;
  union {
    struct {
      unsigned long size;
    } start;
    struct {
      const char *member;
      int (*handler)(void *message, void *user, void *error);
    } method;
    struct {
      const char *member;
      int (*get)(void *bus, void *reply, void *user);
      int (*set)(void *bus, void *value, void *user);
    } property;
  } x;
} sd_bus_vtable;
struct own_vtable {
  union {
    struct {
      int (*handler)(void *message, void *user, void *error);
    } method;
  } x;
};
int sd_bus_add_object_vtable(void *, void *, const char *, const char *, const sd_bus_vtable *, void *);

// CHECK: vtables.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in callback 'method_bad'
static int method_bad(void *message, void *user, void *error) { return (int)sleep(1); }
static int get_ok(void *bus, void *reply, void *user) { return 1; }
// CHECK: vtables.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop in callback 'set_bad'
static int set_bad(void *bus, void *value, void *user) { return usleep(10); }
static int own_ok(void *message, void *user, void *error) { return (int)sleep(2); }

static const sd_bus_vtable table[] = {
    {0, {.start = {sizeof(sd_bus_vtable)}}},
    {1, {.method = {"Get", method_bad}}},
    {2, {.property = {"Value", get_ok, set_bad}}},
};
static const struct own_vtable own[] = {{{{own_ok}}}};

int start(void *bus) {
  own[0].x.method.handler(0, 0, 0);
  return sd_bus_add_object_vtable(bus, 0, "/", "a.b", table, 0);
}

// What a callback reads is what it has been registered with: whether that
// blocks is told where it is registered.
// RUN: %check_all blocking-in-callback %s
#include <fcntl.h>
typedef struct _GIOChannel GIOChannel;
typedef enum { G_IO_FLAG_APPEND = 1, G_IO_FLAG_NONBLOCK = 2 } GIOFlags;
typedef enum { G_IO_IN = 1 } GIOCondition;
typedef int (*GIOFunc)(GIOChannel *, GIOCondition, void *);
GIOChannel *g_io_channel_unix_new(int);
int g_io_channel_set_flags(GIOChannel *, GIOFlags, void *);
GIOFlags g_io_channel_get_flags(GIOChannel *);
int g_io_channel_read_line(GIOChannel *, char **, unsigned long *, unsigned long *, void *);
unsigned g_io_add_watch(GIOChannel *, GIOCondition, GIOFunc, void *);
void g_free(void *);

static int keys_ok(GIOChannel *from, GIOCondition how, void *data) {
  char *line;
  return g_io_channel_read_line(from, &line, 0, 0, 0) == 1;
}
static int more_keys_ok(GIOChannel *from, GIOCondition how, void *data) {
  char *line;
  return g_io_channel_read_line(from, &line, 0, 0, 0) == 1;
}
static int pipe_ok(GIOChannel *from, GIOCondition how, void *data) {
  char *line;
  return g_io_channel_read_line(from, &line, 0, 0, 0) == 1;
}
static int plain_bad(GIOChannel *from, GIOCondition how, void *data) {
  char *line;
  // CHECK: channels.c:[[@LINE+1]]:10: warning: 'g_io_channel_read_line' blocks the event loop in callback 'plain_bad'
  return g_io_channel_read_line(from, &line, 0, 0, 0) == 1;
}
static int append_bad(GIOChannel *from, GIOCondition how, void *data) {
  char *line;
  // CHECK: channels.c:[[@LINE+1]]:10: warning: 'g_io_channel_read_line' blocks the event loop in callback 'append_bad'
  return g_io_channel_read_line(from, &line, 0, 0, 0) == 1;
}
static int both_bad(GIOChannel *from, GIOCondition how, void *data) {
  char *line;
  // CHECK: channels.c:[[@LINE+1]]:10: warning: 'g_io_channel_read_line' blocks the event loop in callback 'both_bad'
  return g_io_channel_read_line(from, &line, 0, 0, 0) == 1;
}

void watch_ok(const char *fifo) {
  GIOChannel *in = g_io_channel_unix_new(0);
  g_io_channel_set_flags(in, G_IO_FLAG_NONBLOCK, 0);
  g_io_add_watch(in, G_IO_IN, keys_ok, 0);
  g_io_add_watch(in, G_IO_IN, both_bad, 0);

  GIOChannel *more = g_io_channel_unix_new(0);
  g_io_channel_set_flags(more, g_io_channel_get_flags(more) | G_IO_FLAG_NONBLOCK, 0);
  g_io_add_watch(more, G_IO_IN, more_keys_ok, 0);

  GIOChannel *pipe = g_io_channel_unix_new(open(fifo, O_RDONLY | O_NONBLOCK));
  g_io_add_watch(pipe, G_IO_IN, pipe_ok, 0);

  GIOChannel *plain = g_io_channel_unix_new(0);
  g_io_add_watch(plain, G_IO_IN, plain_bad, 0);
  g_io_add_watch(plain, G_IO_IN, both_bad, 0);

  GIOChannel *end = g_io_channel_unix_new(0);
  g_io_channel_set_flags(end, G_IO_FLAG_APPEND, 0);
  g_io_add_watch(end, G_IO_IN, append_bad, 0);
}

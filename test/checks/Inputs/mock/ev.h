// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Watchers as libev has them: a macro puts the callback into a member.
#ifndef MOCK_EV_H
#define MOCK_EV_H
#pragma GCC system_header

struct ev_loop;
typedef struct ev_io {
  int active;
  void *data;
  void (*cb)(struct ev_loop *, struct ev_io *, int);
  int fd;
} ev_io;
#define ev_init(ev, cb_) ((ev)->active = 0, (ev)->cb = (cb_))
#define ev_io_init(ev, cb, fd_) (ev_init(ev, cb), (ev)->fd = (fd_))
void ev_io_start(struct ev_loop *, ev_io *);

#endif

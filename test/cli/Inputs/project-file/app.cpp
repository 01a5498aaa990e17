// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program of which only its project file knows what runs where.
#include <unistd.h>

extern "C" int acme_unseal();

namespace acme {
struct Store {
  int load();
  int peek();
};
void log(const char *Text) { write(2, Text, 1); }
template <typename F> void post(F Later) {}
template <typename F> void submit(F Job) {}

struct Handler {
  void on_read_bad() { sleep(1); }
  int on_load_bad(Store &S) { return S.load(); }
  int on_unseal_bad() { return acme_unseal(); }
  int on_peek_ok(Store &S) { return S.peek(); }
  void on_log_ok() { log(""); }
  void on_legacy_ok() { sleep(1); }
};
void start_bad() {
  post([] { sleep(1); });
}
void start_ok() {
  submit([] { sleep(1); });
}
} // namespace acme

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "task.h"
#include <unistd.h>

namespace app {
task handle_bad() {
  ::usleep(1000);
  co_return;
}
} // namespace app

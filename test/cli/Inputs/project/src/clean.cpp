// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <unistd.h>

namespace app {
void wait_ok() { ::usleep(1000); }
} // namespace app

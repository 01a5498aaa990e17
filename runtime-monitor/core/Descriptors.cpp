// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Descriptors.h"

#include "runtime-monitor/core/Text.h"
#include "runtime-monitor/records/Writer.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>

namespace gridlock::monitor {

std::atomic<int> Descriptors::Owner{0};
int Descriptors::Main = -1;

void Descriptors::separate() noexcept {
  // Older kernels don't have these calls, filters may refuse them.
  if (threadCount() != 2 || sys::call(SYS_pidfd_getfd, -1, 0, 0) != -EBADF ||
      sys::call(SYS_pidfd_open, 0, 0) != -EINVAL ||
      sys::call(SYS_close_range, 0, ~0u, CLOSE_RANGE_UNSHARE) != 0)
    return;
  Main = static_cast<int>(sys::call(SYS_pidfd_open, sys::processId(), 0));
  Owner.store(sys::threadId());
  copyRecordsDescriptor();
}

long Descriptors::copy(int Fd) noexcept {
  return sys::call(SYS_pidfd_getfd, Main, Fd, 0);
}

long Descriptors::status(int Fd, struct stat &To) noexcept {
  if (!separated())
    return sys::call(SYS_fstat, Fd, sys::address(&To));
  Text<48> Link;
  Link << "/proc/self/fd/" << static_cast<uint64_t>(Fd);
  return sys::call(SYS_stat, sys::address(Link.c_str()), sys::address(&To));
}

unsigned threadCount() noexcept {
  char Line[512] = {};
  const long Fd = sys::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return 0;
  sys::read(static_cast<int>(Fd), Line, sizeof Line - 1);
  sys::close(static_cast<int>(Fd));
  const char *At = std::strrchr(Line, ')'); // the name may hold anything
  for (int Field = 2; Field < 20 && At; ++Field)
    At = std::strchr(At + 1, ' ');
  return At ? static_cast<unsigned>(std::atoi(At + 1)) : 0;
}

void sayOnStderr(const char *Line, size_t Size) noexcept {
  const ProgramDescriptor Stderr(2);
  sys::write(Stderr, Line, Size);
}

} // namespace gridlock::monitor

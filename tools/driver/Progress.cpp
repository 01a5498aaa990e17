// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/Progress.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace gridlock::driver {

Progress::Mode Progress::modeForStderr(bool Quiet) {
  if (Quiet)
    return Mode::Quiet;
  const char *Term = std::getenv("TERM");
  return ::isatty(2) && Term && std::string_view(Term) != "dumb" ? Mode::Moving
                                                                 : Mode::Plain;
}

void Progress::update(unsigned Done, unsigned Total, const std::string &What) {
  if (Kind == Mode::Quiet)
    return;
  std::string Line =
      "[" + std::to_string(Done) + "/" + std::to_string(Total) + "] " + What;
  if (Kind == Mode::Plain) {
    if (const auto Now = Clock::now();
        Now - LastPlain > std::chrono::seconds(5)) {
      LastPlain = Now;
      std::fprintf(stderr, "%s\n", Line.c_str());
    }
    return;
  }
  winsize Size{};
  if (::ioctl(2, TIOCGWINSZ, &Size) == 0 && Size.ws_col > 8 &&
      Line.size() >= Size.ws_col)
    Line = Line.substr(0, Size.ws_col - 4) + "...";
  std::fprintf(stderr, "\r%s\x1b[K", Line.c_str());
  std::fflush(stderr);
  Shown = true;
}

void Progress::clear() {
  if (Shown)
    std::fputs("\r\x1b[K", stderr);
  Shown = false;
}

} // namespace gridlock::driver

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/symbolize/Live.h"
#include "tools/symbolize/Top.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <poll.h>
#include <sstream>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace gridlock::cli {

namespace {

volatile std::sig_atomic_t Interrupted = 0;

/// The terminal's alternate screen, keys without Enter; all put back at the
/// end.
class Screen {
public:
  Screen() {
    tcgetattr(STDIN_FILENO, &Before);
    termios Raw = Before;
    Raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &Raw);
    std::cout << "\033[?1049h\033[?25l" << std::flush;
  }
  ~Screen() {
    std::cout << "\033[?25h\033[?1049l" << std::flush;
    tcsetattr(STDIN_FILENO, TCSANOW, &Before);
  }
  Screen(const Screen &) = delete;

  /// Lines are cut at the right edge, each cleared before it is written.
  static void show(const std::string &Text) {
    std::istringstream In(Text);
    std::cout << "\033[H";
    for (std::string Line; std::getline(In, Line);)
      std::cout << Line.substr(0, size().ws_col) << "\033[K\n";
    std::cout << "\033[J" << std::flush;
  }
  static winsize size() {
    winsize Size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &Size) != 0 || Size.ws_col == 0)
      Size.ws_col = 80, Size.ws_row = 24;
    return Size;
  }

private:
  termios Before{};
};

struct TopCommand {
  unsigned Pid = 0;
  unsigned EveryMs = 1000;
  bool Once = false;

  int run() const;

private:
  /// True when it is to end.
  bool pause(bool Keys) const;
};

bool TopCommand::pause(bool Keys) const {
  pollfd Key{STDIN_FILENO, POLLIN, 0};
  const int Ready = poll(&Key, Keys ? 1 : 0, static_cast<int>(EveryMs));
  char Letter = 0;
  return Interrupted ||
         (Ready > 0 && (read(STDIN_FILENO, &Letter, 1) != 1 || Letter == 'q'));
}

int TopCommand::run() const {
  symbolize::LiveProcess Process(Pid);
  if (std::string Error = Process.open(); !Error.empty())
    return fail(Error);
  if (std::string Error = Process.refresh(); !Error.empty())
    return fail(Error);
  symbolize::Top View(Process.records(), std::filesystem::current_path());
  const auto Write = [&](std::ostream &Out, unsigned Most) {
    View.write(Out, Most, Process.name(), Process.watchedChildren());
  };
  if (Once) {
    Write(std::cout, 0);
    return Clean;
  }
  const bool Keys = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  for (int Signal : {SIGINT, SIGTERM, SIGHUP})
    std::signal(Signal, [](int) { Interrupted = 1; });
  std::unique_ptr<Screen> OnScreen;
  if (Keys)
    OnScreen = std::make_unique<Screen>();
  std::string Error;
  do {
    std::ostringstream Text;
    Write(Text, Keys ? Screen::size().ws_row - 1 : 0);
    if (Keys)
      Screen::show(Text.str());
    else
      std::cout << Text.str() << std::endl;
    if (!std::cout || pause(Keys))
      return Clean;
  } while (Process.running() && (Error = Process.refresh()).empty());
  OnScreen.reset();
  if (Process.running())
    return fail(Error);
  std::cerr << "gridlock: process " << Pid << " has ended\n";
  return Clean;
}

} // namespace

void addTopCommand(CLI::App &App, int &Status) {
  auto Command = std::make_shared<TopCommand>();
  CLI::App *Sub = App.add_subcommand(
      "top", "Show what a watched program does now: gridlock top PID");
  Sub->add_option("pid", Command->Pid,
                  "A program that runs under gridlock run, or is linked with "
                  "the monitor")
      ->required()
      ->type_name("PID");
  Sub->add_flag("--once", Command->Once,
                "Print one view, with the rates since the program's start");
  Sub->add_option("--every-ms", Command->EveryMs, "Time between two views")
      ->check(CLI::Range(50, 3600000))
      ->capture_default_str();
  Sub->footer("Keys: q or Ctrl-C ends. Without a terminal the views follow "
              "one another.\nExit status: 0 shown, 2 the process can't be "
              "looked at.");
  Sub->callback([Command, &Status] { Status = Command->run(); });
}

} // namespace gridlock::cli

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Live.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::symbolize {

namespace {

constexpr auto AnswerWithin = std::chrono::seconds(1);
constexpr auto LookEvery = std::chrono::milliseconds(10);

std::string firstLine(const std::string &File) {
  std::ifstream In(File);
  std::string Line;
  std::getline(In, Line);
  return Line;
}

/// The one signal that the monitor's thread takes, from the mask of those it
/// blocks; 0: none. glibc never lets a program block 32 and 33.
int onlySignal(const std::string &StatusFile) {
  std::ifstream In(StatusFile);
  std::uint64_t Blocked = ~std::uint64_t{0};
  for (std::string Line; std::getline(In, Line);)
    if (Line.starts_with("SigBlk:"))
      Blocked =
          std::strtoull(Line.c_str() + std::strlen("SigBlk:"), nullptr, 16);
  int Only = 0;
  for (int Signal = 1; Signal <= 64; ++Signal) {
    if (Signal == SIGKILL || Signal == SIGSTOP || Signal == 32 ||
        Signal == 33 || Blocked >> (Signal - 1) & 1)
      continue;
    if (Only != 0)
      return 0; // not the mask that the monitor makes
    Only = Signal;
  }
  return Only;
}

/// Of /proc/PID/stat; 0: unknown.
unsigned parentOf(const fs::path &Process) {
  const std::string Stat = firstLine(Process / "stat");
  const std::size_t After = Stat.rfind(") ");
  return After != std::string::npos && After + 4 < Stat.size()
             ? static_cast<unsigned>(std::atoi(Stat.c_str() + After + 4))
             : 0;
}

} // namespace

std::string LiveProcess::watchedChildren() const {
  std::string All;
  if (!Records.Loops.empty())
    return All;
  std::error_code Ignored;
  for (const auto &At : fs::directory_iterator("/proc", Ignored)) {
    const auto Child =
        static_cast<unsigned>(std::atoi(At.path().filename().c_str()));
    if (Child == 0 || parentOf(At.path()) != Pid)
      continue;
    LiveProcess Other(Child);
    if (Other.open().empty())
      All += (All.empty() ? "" : ", ") + std::to_string(Child) + " (" +
             Other.name() + ")";
  }
  return All;
}

std::string LiveProcess::name() const { return firstLine(path("comm")); }

std::string LiveProcess::path(const std::string &Name) const {
  return "/proc/" + std::to_string(Pid) + "/" + Name;
}

bool LiveProcess::running() const {
  const std::string Stat = firstLine(path("stat"));
  const std::size_t After = Stat.rfind(')');
  return After != std::string::npos && After + 2 < Stat.size() &&
         Stat[After + 2] != 'Z' && Stat[After + 2] != 'X';
}

std::vector<fs::path> LiveProcess::monitorThreads() const {
  std::vector<fs::path> All;
  std::error_code Ignored;
  for (const auto &Task : fs::directory_iterator(path("task"), Ignored))
    if (firstLine(Task.path() / "comm") == "gridlock")
      All.push_back(Task.path());
  return All;
}

bool LiveProcess::ask() const {
  for (const fs::path &Task : monitorThreads())
    if (const int Signal = onlySignal(Task / "status"); Signal != 0)
      return syscall(SYS_tgkill, static_cast<pid_t>(Pid),
                     std::atoi(Task.filename().c_str()), Signal) == 0;
  return false;
}

std::error_code LiveProcess::openIn(const fs::path &Descriptors) {
  std::error_code Error;
  for (const auto &Fd : fs::directory_iterator(Descriptors, Error)) {
    std::error_code Gone;
    const fs::path Target = fs::read_symlink(Fd.path(), Gone);
    // A deleted file is read as well: through the program's own descriptor.
    if (Target.string().find(monitor::FileSuffix) == std::string::npos)
      continue;
    ProcessRecords R;
    R.File = Fd.path();
    if (readMore(R).empty()) {
      Records.File = Fd.path();
      Records.Running = true;
      break;
    }
  }
  return Error;
}

std::string LiveProcess::open() {
  const std::string Name = "process " + std::to_string(Pid);
  if (!running())
    return "there is no " + Name;
  const std::error_code Error = openIn(path("fd"));
  // A program that closes all its descriptors doesn't close the monitor's
  // thread's.
  for (const fs::path &Task : monitorThreads())
    if (!Records.Running)
      openIn(Task / "fd");
  if (Records.Running)
    return {};
  if (Error)
    return Name + " cannot be looked at: " + Error.message() +
           "; it is another user's?";
  if (const std::string Children = watchedChildren(); !Children.empty())
    return Name +
           " is not watched, but processes that it started are: " + Children;
  return Name + " is not watched, or has recorded nothing yet; start it with: "
                "gridlock run -- PROGRAM, or "
                "link it with Gridlock::monitor";
}

std::string LiveProcess::refresh() {
  const std::uint64_t Before = Records.Live;
  const bool Asked = ask();
  const auto Until = std::chrono::steady_clock::now() + AnswerWithin;
  for (;;) {
    if (std::string Error = readMore(Records); !Error.empty()) {
      if (!running())
        return "process " + std::to_string(Pid) + " has ended";
      return "'" + Records.File.string() + "' " + Error;
    }
    if (!Asked || Records.Live != Before ||
        std::chrono::steady_clock::now() > Until)
      return {};
    std::this_thread::sleep_for(LookEvery);
  }
}

} // namespace gridlock::symbolize

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/Process.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace gridlock::driver {

namespace {

/// ADDED in front of the variables of this process that it does not replace.
std::vector<std::string>
mergedEnvironment(const std::vector<std::string> &Added) {
  std::vector<std::string> Result = Added;
  for (char **Variable = environ; *Variable; ++Variable) {
    const std::string Text = *Variable;
    const std::string Name = Text.substr(0, Text.find('=') + 1);
    bool Replaced = false;
    for (const std::string &New : Added)
      Replaced |= New.rfind(Name, 0) == 0;
    if (!Replaced)
      Result.push_back(Text);
  }
  return Result;
}

std::vector<char *> pointers(std::vector<std::string> &Strings) {
  std::vector<char *> Result;
  for (std::string &Text : Strings)
    Result.push_back(Text.data());
  Result.push_back(nullptr);
  return Result;
}

void readLines(int Descriptor,
               const std::function<void(const std::string &)> &OnLine,
               const std::function<void()> &OnIdle) {
  std::string Pending;
  char Buffer[4096];
  for (;;) {
    pollfd Poll{Descriptor, POLLIN, 0};
    const int Ready = ::poll(&Poll, 1, 200);
    if (OnIdle)
      OnIdle();
    if (Ready == 0 || (Ready < 0 && errno == EINTR))
      continue;
    const ssize_t Count = ::read(Descriptor, Buffer, sizeof Buffer);
    if (Count < 0 && errno == EINTR)
      continue;
    if (Count <= 0)
      break;
    Pending.append(Buffer, static_cast<std::size_t>(Count));
    std::size_t Start = 0;
    for (std::size_t End;
         (End = Pending.find('\n', Start)) != std::string::npos;
         Start = End + 1)
      OnLine(Pending.substr(Start, End - Start));
    Pending.erase(0, Start);
  }
  if (!Pending.empty())
    OnLine(Pending);
}

} // namespace

int runLines(const std::vector<std::string> &Arguments,
             const std::vector<std::string> &Environment,
             const std::function<void(const std::string &)> &OnLine,
             const std::function<void()> &OnIdle) {
  int Pipe[2];
  if (::pipe2(Pipe, O_CLOEXEC) != 0) {
    OnLine(std::string("cannot make a pipe: ") + std::strerror(errno));
    return -1;
  }
  posix_spawn_file_actions_t Actions;
  posix_spawn_file_actions_init(&Actions);
  posix_spawn_file_actions_addopen(&Actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&Actions, Pipe[1], 1);
  posix_spawn_file_actions_adddup2(&Actions, Pipe[1], 2);

  std::vector<std::string> Words = Arguments;
  std::vector<std::string> Variables = mergedEnvironment(Environment);
  pid_t Child = 0;
  const int Error =
      ::posix_spawnp(&Child, Words[0].c_str(), &Actions, nullptr,
                     pointers(Words).data(), pointers(Variables).data());
  posix_spawn_file_actions_destroy(&Actions);
  ::close(Pipe[1]);
  if (Error) {
    ::close(Pipe[0]);
    OnLine("cannot start '" + Words[0] + "': " + std::strerror(Error));
    return -1;
  }
  readLines(Pipe[0], OnLine, OnIdle);
  ::close(Pipe[0]);
  int Status = 0;
  while (::waitpid(Child, &Status, 0) < 0 && errno == EINTR)
    ;
  return WIFSIGNALED(Status) ? 128 + WTERMSIG(Status) : WEXITSTATUS(Status);
}

} // namespace gridlock::driver

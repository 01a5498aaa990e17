// A stream blocks by the file behind it: what counts is the object's own type, not the
// base class that the call converts it to.
// RUN: %check_all blocking-in-coroutine %s -- -I%root/test/cli/Inputs/project/include
#include "task.h"
#include <fstream>
#include <sstream>
#include <string>

task file_bad(std::ifstream &in) {
  std::string line;
  // CHECK: streams.cpp:[[@LINE+1]]:3: warning: 'std::getline' blocks the event loop in coroutine 'file_bad'
  std::getline(in, line);
  char buffer[8];
  // CHECK: streams.cpp:[[@LINE+1]]:6: warning: 'std::basic_istream::read' blocks the event loop in coroutine 'file_bad'
  in.read(buffer, sizeof buffer);
  co_return;
}

task memory_ok(std::istringstream &in) {
  std::string line;
  std::getline(in, line);
  char buffer[8];
  in.read(buffer, sizeof buffer);
  co_return;
}

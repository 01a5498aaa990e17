// A stream blocks by the file behind it: what counts is the object's own type, not the
// base class that the call converts it to.
// RUN: %check_all blocking-in-coroutine %s -- -I%root/test/cli/Inputs/project/include
#include "task.h"
#include <fstream>
#include <iostream>
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

// Manipulators that write out, of the stream that a chain was begun with.
struct log_file {
  std::ofstream out;
  task endl_bad(const std::string &line) {
    // CHECK: streams.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'std::basic_ostream::operator<<' blocks the event loop in coroutine 'log_file::endl_bad'
    out << line << ' ' << 1 << std::endl;
    co_return;
  }
  task flush_bad(std::fstream &both) {
    // CHECK: streams.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'std::basic_ostream::operator<<' blocks the event loop in coroutine 'log_file::flush_bad'
    both << std::flush;
    co_return;
  }
  task kept_ok(const std::string &line) {
    out << line << 1 << std::hex << '\n';
    co_return;
  }
};
task string_ok(std::ostringstream &out, std::ostream &any) {
  out << 1 << std::endl;
  any << 1 << std::endl;
  co_return;
}

// Standard input waits for somebody.
task line_bad() {
  std::string line;
  // CHECK: streams.cpp:[[@LINE+1]]:10: warning: 'std::getline' blocks the event loop in coroutine 'line_bad'
  while (std::getline(std::cin, line))
    co_await std::suspend_always();
}
task number_bad() {
  int number, other;
  // CHECK: streams.cpp:[[@LINE+1]]:3: warning: 'std::basic_istream::operator>>' blocks the event loop in coroutine 'number_bad'
  std::cin >> number >> other;
  co_return;
}
task number_ok(std::istringstream &in) {
  int number;
  in >> number;
  co_return;
}

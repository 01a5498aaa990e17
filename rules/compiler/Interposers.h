// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The monitor's interposers for the catalogue's blocking C functions, written
// from their signatures: at build time for the catalogue, at a user's wish for
// his own rules.
//
// Threads: no state. Errors: returned as text.
#ifndef GRIDLOCK_RULES_COMPILER_INTERPOSERS_H
#define GRIDLOCK_RULES_COMPILER_INTERPOSERS_H

#include "catalogue_generated.h"

#include <filesystem>
#include <string>

namespace gridlock::rules {

struct InterposerOptions {
  /// Leave out what the monitor interposes by hand.
  bool SkipCore = true;
  /// Only functions of libc: what a static archive may define.
  bool LibcOnly = false;
  /// Also the table from symbols to operation ids that the monitor's own
  /// interposers use.
  bool Operations = false;
};

/// C++ source of a wrapper for every entry that is to be interposed. It
/// includes gridlock/monitor.h, finds the real function when it is first
/// called, and without a monitor only passes calls on. A function whose
/// signature can't be passed on (a structure by value) is left out, with the
/// reason in a comment.
std::string interposerSource(const RuleTable &Table,
                             const InterposerOptions &Options = {});

/// The wrappers as a shared library to be preloaded, made with the C++ compiler
/// that $CXX names, or c++. Returns an empty string or what went wrong.
std::string buildInterposers(const RuleTable &Table,
                             const std::filesystem::path &Library);

} // namespace gridlock::rules

#endif

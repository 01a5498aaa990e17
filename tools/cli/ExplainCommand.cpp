// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/Command.h"

#include <CLI/CLI.hpp>

void gridlock::cli::addExplainCommand(CLI::App &, int &) {}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Splitting of compile commands as compile databases hold them, and of
// @response files. No variable, command or file name expansion takes place:
// build tools that write a `command` string have done that already.
//
// Threads: no state. Cost: linear. Errors: returned as text.
#ifndef GRIDLOCK_TOOLS_DRIVER_COMMANDLINE_H
#define GRIDLOCK_TOOLS_DRIVER_COMMANDLINE_H

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gridlock::driver {

using Arguments = std::vector<std::string>;

/// Splits TEXT by the quoting rules of a POSIX shell. The string says what is
/// wrong (a quote that is never closed, a backslash at the end).
std::variant<Arguments, std::string> splitShell(std::string_view Text);

/// Splits the content of a response file as GCC and Clang read it: both kinds
/// of quotes, and a backslash takes the next character literally everywhere.
Arguments splitResponse(std::string_view Text);

/// Replaces each `@FILE` in ARGS by the file's content; nested files too, a
/// relative name counting from DIRECTORY. Returns an empty string or the error.
/// An argument with a leading `@` whose file does not exist is an error, as it
/// is for Clang.
std::string expandResponseFiles(Arguments &Args,
                                const std::filesystem::path &Directory);

} // namespace gridlock::driver

#endif

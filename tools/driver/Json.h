// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading JSON that people edit. Threads: no state. Errors: returned as text.
#ifndef GRIDLOCK_TOOLS_DRIVER_JSON_H
#define GRIDLOCK_TOOLS_DRIVER_JSON_H

#include <nlohmann/json.hpp>

#include <string>
#include <variant>

namespace gridlock::driver {

/// Parses TEXT; the error reads "NAME:line:column: not valid JSON: ...".
std::variant<nlohmann::json, std::string> parseJson(const std::string &Text,
                                                    const std::string &Name);

/// TEXT with U+FFFD for what is not UTF-8.
std::string asUtf8(const std::string &Text);

} // namespace gridlock::driver

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Template arguments in names and messages.
#ifndef GRIDLOCK_ENGINE_TEMPLATETEXT_H
#define GRIDLOCK_ENGINE_TEMPLATETEXT_H

#include <string>
#include <string_view>

namespace gridlock {

/// TEXT with INSTEAD for template argument lists that are nested in LEVELS
/// others; 0: for all of them. Operators such as < and -> are no brackets.
std::string cutTemplates(std::string_view Text, unsigned Levels,
                         std::string_view Instead);

/// A function's name of a length that can be read: inner template arguments,
/// and then outer ones, give way to `...`.
std::string shortName(std::string_view Name);

} // namespace gridlock

#endif

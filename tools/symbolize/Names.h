// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Function names as the checks write them (facts.fbs, Symbol.qualified), from
// what debug information and symbol tables hold, so that an observed finding
// has the same function as one found on the source.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_NAMES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_NAMES_H

#include <string>
#include <string_view>

namespace gridlock::symbolize {

/// Demangled if it is a mangled name, else as it is.
std::string demangle(const std::string &Name);

/// `ns::Class::method` from a demangled name: without return type, parameters,
/// template arguments, inline namespaces and clone suffixes; anonymous
/// namespaces `(anonymous)`; a lambda is its enclosing function.
std::string qualifiedName(std::string_view Demangled);

/// True for a coroutine's resume or destroy function (GCC's .actor, Clang's
/// .resume).
bool isCoroutinePart(std::string_view Demangled);

} // namespace gridlock::symbolize

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of declarations and types as the facts spell them (facts.fbs, Symbol
// and Type). Written out here, not with Clang's printers, so that every LLVM
// major gives the same text and no path of a source file gets into a name.
#ifndef GRIDLOCK_EXTRACT_NAMES_H
#define GRIDLOCK_EXTRACT_NAMES_H

#include "checks/extract/ClangHeaders.h"

#include <string>

namespace gridlock::extract {

/// `std::vector::push_back`, `ns::f::(lambda)::operator()`: no template
/// arguments, no inline namespaces.
std::string qualifiedName(const clang::NamedDecl *D);

/// The same with template arguments of classes and functions, for messages.
std::string displayName(const clang::NamedDecl *D);

/// `std::lock_guard`, `int`, `char *`.
std::string typeName(clang::QualType T);

/// `std::lock_guard<std::mutex>`, `const char *`.
std::string typeDisplay(clang::QualType T);

} // namespace gridlock::extract

#endif

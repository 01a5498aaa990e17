// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be read from the types around a coroutine: promises, awaiters.
#ifndef GRIDLOCK_EXTRACT_COROUTINETYPES_H
#define GRIDLOCK_EXTRACT_COROUTINETYPES_H

#include "checks/extract/ClangHeaders.h"
#include "facts_generated.h"

namespace gridlock::extract {

/// The first member of that name in RD or its bases; where a class isn't
/// instantiated, in its pattern. Null if there is none.
const clang::NamedDecl *memberNamed(const clang::CXXRecordDecl *RD,
                                    llvm::StringRef Name);

/// suspend_always, suspend_never, or an awaiter whose await_ready returns a
/// constant; Maybe otherwise.
facts::Readiness readinessOf(clang::QualType Awaiter);

/// Has await_ready, await_suspend and await_resume.
bool isAwaiter(const clang::CXXRecordDecl *RD);

/// Has a member `operator co_await`.
bool hasOperatorCoAwait(const clang::CXXRecordDecl *RD);

/// Whether a coroutine with this promise can co_await an RD that a call has
/// returned; true where RD doesn't tell.
bool canAwaitTemporary(const clang::CXXRecordDecl *RD, clang::QualType Promise);

/// The promise of coroutines that return T: its member promise_type, or that of
/// a specialisation of std::coroutine_traits seen in this unit. Null type if
/// none.
clang::QualType promiseTypeOf(clang::QualType T, clang::ASTContext &Ctx);

/// Fills all but `type` from the promise class and the coroutine's return
/// class.
void describePromise(const clang::CXXRecordDecl *Promise,
                     const clang::CXXRecordDecl *Returned,
                     facts::PromiseT &Out);

} // namespace gridlock::extract

#endif

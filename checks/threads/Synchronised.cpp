// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AccessScan, third part: types that need no lock.
#include "checks/locks/LockPaths.h"
#include "checks/threads/AccessScan.h"

namespace gridlock {

bool isSynchronised(const Program &P, std::uint32_t Unit, std::uint32_t Index) {
  const facts::Type *T = P.type(Unit, P.withoutReference(Unit, Index));
  while (T->kind() == facts::TypeKind::Array && T->pointee() != 0)
    T = P.type(Unit, T->pointee());
  if (hasFlag(T->flags(), facts::TypeFlag::Atomic))
    return true;
  // What its namespace is called says nothing of a type, but for lock-free
  // ones.
  std::string_view Name = P.text(Unit, T->name());
  std::string_view Last = lastComponent(Name);
  for (std::string_view Part :
       {"atomic",      "mutex",       "condition_variable",
        "semaphore",   "latch",       "barrier",
        "once_flag",   "stop_source", "stop_token",
        "concurrent",  "Concurrent",  "lockfree",
        "LockFree",    "spinlock",    "SpinLock",
        "CondVar",     "Mutex",       "AtomicPointer",
        "shared_lock", "unique_lock", "lock_guard",
        "scoped_lock", "pthread_",    "thrd_t",
        "mtx_t",       "cnd_t",       "sem_t"})
    if (Last.find(Part) != std::string_view::npos)
      return true;
  if (Name.find("lockfree::") != std::string_view::npos)
    return true;
  auto IsThread = [](std::string_view Type) {
    return Type == "std::thread" || Type == "std::jthread" ||
           Type == "boost::thread";
  };
  // A container of threads is for who starts and joins them.
  for (std::uint32_t Argument : each(T->args()))
    if (IsThread(P.typeName(Unit, Argument)))
      return true;
  if (IsThread(Name) || Name == "std::promise" || Name == "std::future" ||
      Name == "std::shared_future" || Name == "std::exception_ptr")
    return true;
  for (const rules::Entry *E : P.typeEntries(Unit, Index))
    if (E->kind() == rules::EntryKind::Mutex ||
        E->kind() == rules::EntryKind::Guard ||
        E->kind() == rules::EntryKind::Executor)
      return true;
  return false;
}

} // namespace gridlock

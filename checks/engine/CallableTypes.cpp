// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallableTypes.h"

#include "checks/engine/Executors.h"
#include "checks/engine/Program.h"

namespace gridlock {

using facts::TypeKind;

namespace {

constexpr int MaxTypeDepth = 16, MaxNesting = 4;
enum : std::uint8_t { Untold, Being, HoldsNone, HoldsSome };
constexpr std::uint8_t Told = 4; // in what is known of executors

// What keeps an executor of any type.
bool isErasedExecutor(std::string_view Name) {
  for (std::string_view Known : {"any_io_executor", "execution::any_executor",
                                 "any_completion_executor", "asio::executor"})
    if (Name.ends_with(Known))
      return Name.find("asio::") != std::string_view::npos;
  return false;
}

} // namespace

CallableTypes::CallableTypes(const Program &P)
    : P(P), Holds(P.unitCount()), Executors(P.unitCount()) {
  for (std::uint32_t U = 0; U < P.unitCount(); ++U)
    Executors[U] = Holds[U] =
        std::vector<std::uint8_t>(each(P.unit(U).root().types()).size(), 0);
}

bool CallableTypes::isCoroutineHandle(std::string_view Class) {
  return Class == "std::coroutine_handle" ||
         Class == "std::experimental::coroutine_handle";
}

bool CallableTypes::holds(std::uint32_t Unit, std::uint32_t Type,
                          int Depth) const {
  if (Type == 0 || Type >= Holds[Unit].size() || Depth > MaxTypeDepth)
    return false;
  std::uint8_t &Known = Holds[Unit][Type];
  if (Known == Untold) {
    Known = Being;
    Known = computeHolds(Unit, Type, Depth) ? HoldsSome : HoldsNone;
  }
  return Known == HoldsSome;
}

bool CallableTypes::computeHolds(std::uint32_t Unit, std::uint32_t Type,
                                 int Depth) const {
  const facts::Type *T = P.type(Unit, Type);
  switch (T->kind()) {
  case TypeKind::Function:
    return true;
  case TypeKind::Pointer:
  case TypeKind::LvalueReference:
  case TypeKind::RvalueReference:
  case TypeKind::Array:
    return holds(Unit, T->pointee(), Depth + 1);
  case TypeKind::Other: // pointers to members
    return P.text(Unit, T->display()).ends_with(" member *");
  case TypeKind::Record:
    if (hasFlag(T->flags(), facts::TypeFlag::Lambda) ||
        isCoroutineHandle(P.text(Unit, T->name())) ||
        isErasedExecutor(P.text(Unit, T->name())))
      return true;
    for (std::uint32_t Arg : each(T->args()))
      if (holds(Unit, Arg, Depth + 1))
        return true;
    for (std::uint32_t Method : each(T->methods()))
      if (P.qualifiedName(P.resolve(Unit, Method)).ends_with("::operator()"))
        return true;
    return false;
  default:
    return false;
  }
}

std::uint8_t CallableTypes::executor(std::uint32_t Unit, std::uint32_t Type,
                                     int Depth) const {
  Type = P.withoutReference(Unit, Type);
  if (Type == 0 || Type >= Executors[Unit].size() || Depth > MaxNesting)
    return 0;
  std::uint8_t &Known = Executors[Unit][Type];
  if (Known & Told)
    return Known & ~Told;
  Known = Told;
  if (P.type(Unit, Type)->kind() != TypeKind::Record)
    return 0;
  std::string_view Name = P.typeName(Unit, Type);
  std::uint8_t Result = P.isPool(Name)     ? PoolExecutor
                        : P.isOfLoop(Name) ? LoopExecutor
                                           : 0;
  if (Result == 0 &&
      (Name.find("strand") != std::string_view::npos || isExecutorBinder(Name)))
    for (std::uint32_t Inner : each(P.type(Unit, Type)->args()))
      Result |= executor(Unit, Inner, Depth + 1);
  Executors[Unit][Type] = Told | Result;
  return Result;
}

} // namespace gridlock

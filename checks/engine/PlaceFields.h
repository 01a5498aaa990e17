// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Members on the path of a place, for flows that tell members apart and objects
// of one class not.
#ifndef GRIDLOCK_ENGINE_PLACEFIELDS_H
#define GRIDLOCK_ENGINE_PLACEFIELDS_H

#include "checks/engine/Program.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace gridlock {

struct PlaceField {
  std::string_view Owner, Name;
  std::uint32_t Object; // the type of what has the member, in the unit
};

/// The last member on the path of PLACE; those of the standard library's
/// classes (`second` of a pair), and of objects of which ISWHOLE(type) holds,
/// are part of what they are in.
template <typename Predicate>
std::optional<PlaceField> lastField(const Program &P, std::uint32_t Unit,
                                    const facts::Place &Place,
                                    Predicate IsWhole) {
  auto Steps = each(Place.path());
  for (std::uint32_t I = Steps.size(); I-- > 0;)
    if (Steps[I]->kind() == facts::StepKind::Field) {
      const std::string_view Owner = P.text(Unit, Steps[I]->owner());
      const std::uint32_t Object = I > 0 ? Steps[I - 1]->type() : Place.type();
      if (!Owner.starts_with("std::") && !IsWhole(Object))
        return PlaceField{Owner, P.text(Unit, Steps[I]->name()), Object};
    }
  return std::nullopt;
}

} // namespace gridlock

#endif

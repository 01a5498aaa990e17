// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/AccessPath.h"

#include "checks/facts/Range.h"

#include <algorithm>

namespace gridlock {

using facts::PlaceRoot;
using facts::StepKind;

AccessPath AccessPath::of(const FactsFile &File, const facts::Place &Place) {
  AccessPath Path;
  Path.Root = Place.root();
  if (Path.Root == PlaceRoot::Global || Path.Root == PlaceRoot::ThreadLocal)
    Path.Global = File.string(Place.name());
  else if (Path.Root != PlaceRoot::This)
    Path.Id = Place.id();
  auto Steps = each(Place.path());
  Path.Steps.reserve(Steps.size());
  for (const facts::Step *Step : Steps)
    switch (Step->kind()) {
    case StepKind::Base:
      break;
    case StepKind::Field:
      Path.Steps.push_back({StepKind::Field, File.string(Step->name()),
                            File.string(Step->owner()), 0});
      break;
    case StepKind::IndexVar:
      Path.Steps.push_back(
          {StepKind::IndexVar, File.string(Step->var()), {}, 0});
      break;
    case StepKind::IndexConst:
      Path.Steps.push_back({StepKind::IndexConst, {}, {}, Step->index()});
      break;
    default:
      Path.Steps.push_back({Step->kind(), {}, {}, 0});
    }
  if (Path.Root == PlaceRoot::Capture && !Path.Steps.empty() &&
      Path.Steps.front().Kind == StepKind::Deref &&
      File.string(Place.name()) == "this")
    Path.Steps.erase(Path.Steps.begin());
  return Path;
}

AccessPath AccessPath::of(const FactsFile &File, const facts::Value *Value) {
  if (!Value || !Value->place() ||
      (Value->kind() != facts::ValueKind::Place &&
       Value->kind() != facts::ValueKind::AddressOf))
    return {};
  return of(File, *Value->place());
}

AccessPath AccessPath::ofResult(std::uint32_t Event) {
  AccessPath Path;
  Path.Root = PlaceRoot::CallResult;
  Path.Id = Event;
  return Path;
}

bool AccessPath::startsWith(const AccessPath &Prefix) const {
  return Root == Prefix.Root && Id == Prefix.Id && Global == Prefix.Global &&
         Steps.size() >= Prefix.Steps.size() &&
         std::equal(Prefix.Steps.begin(), Prefix.Steps.end(), Steps.begin());
}

} // namespace gridlock

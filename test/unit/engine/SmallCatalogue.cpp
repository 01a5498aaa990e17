// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <algorithm>
#include <stdexcept>

namespace gridlock::test {

using namespace rules;

namespace {

EntryT entry(const std::string &Name, std::vector<Effect> Effects) {
  EntryT E;
  E.name = Name;
  E.op = "test/" + Name;
  E.effects = std::move(Effects);
  return E;
}

EntryT blocks(const std::string &Name, Cost HowLong = Cost::Unbounded) {
  EntryT E = entry(Name, {Effect::Blocks});
  E.cost = HowLong;
  auto Advice = std::make_unique<AdviceT>();
  Advice->framework = "any";
  Advice->text = "wait for it in the loop";
  E.advice.push_back(std::move(Advice));
  return E;
}

EntryT runs(const std::string &Name, int Callable, Where At) {
  EntryT E = entry(Name, {Effect::RunsCallable});
  E.callable = Callable;
  E.where = At;
  return E;
}

EntryT locks(const std::string &Name, Effect Does, int Lock = -1) {
  EntryT E = entry(Name, {Does});
  if (Does == Effect::Acquires)
    E.effects.push_back(Effect::Blocks);
  E.category = Category::Lock;
  E.cost = Cost::Brief;
  E.lock = Lock;
  return E;
}

EntryT type(const std::string &Name, EntryKind Kind) {
  EntryT E = entry(Name, {});
  E.kind = Kind;
  return E;
}

void excuse(EntryT &E, ConditionKind Kind, int Arg,
            const std::string &Name = "", std::int64_t Value = 0) {
  auto C = std::make_unique<ConditionT>();
  C->kind = Kind;
  C->arg = Arg;
  C->name = Name;
  C->value = Value;
  E.unless.push_back(std::move(C));
}

std::vector<EntryT> entries() {
  std::vector<EntryT> All;
  All.push_back(blocks("sleep"));
  All.back().advice.push_back(std::make_unique<AdviceT>());
  All.back().advice.back()->framework = "asio";
  All.back().advice.back()->text = "co_await timer.async_wait(use_awaitable)";
  All.push_back(blocks("stat", Cost::Brief));
  All.push_back(blocks("read"));
  excuse(All.back(), ConditionKind::NonblockingDescriptor, 0);
  All.push_back(blocks("recv"));
  excuse(All.back(), ConditionKind::HasFlag, 3, "MSG_DONTWAIT", 0x40);
  excuse(All.back(), ConditionKind::NonblockingDescriptor, 0);
  All.push_back(blocks("poll"));
  excuse(All.back(), ConditionKind::Equals, 2);
  All.push_back(blocks("std::future::get"));
  excuse(All.back(), ConditionKind::ReadyFuture, -1);
  All.push_back(blocks("std::future::wait_for"));
  All.back().effects.push_back(Effect::TellsReady);
  excuse(All.back(), ConditionKind::ZeroDuration, 0);
  All.push_back(blocks("Store::load"));
  All.back().overrides = true;
  All.push_back(entry("fine_call", {Effect::Fine}));
  All.push_back(runs("std::invoke", 0, Where::Now));
  All.push_back(runs("std::thread::thread", 0, Where::Elsewhere));
  All.push_back(runs("post", 0, Where::Loop));
  All.push_back(entry("pool::schedule", {Effect::SwitchesExecutor}));
  All.back().where = Where::Elsewhere;
  All.push_back(entry("loop::schedule", {Effect::SwitchesExecutor}));
  All.back().where = Where::Loop;
  All.push_back(locks("std::mutex::lock", Effect::Acquires));
  All.push_back(locks("std::mutex::try_lock", Effect::TryAcquires));
  All.push_back(locks("std::mutex::unlock", Effect::Releases));
  All.push_back(locks("std::shared_mutex::lock_shared", Effect::Acquires));
  All.back().mode = LockMode::Shared;
  All.push_back(locks("std::shared_mutex::unlock_shared", Effect::Releases));
  All.back().mode = LockMode::Shared;
  All.push_back(locks("std::unique_lock::lock", Effect::Acquires));
  All.push_back(locks("std::unique_lock::unlock", Effect::Releases));
  All.push_back(locks("pthread_mutex_lock", Effect::Acquires, 0));
  All.push_back(locks("pthread_mutex_unlock", Effect::Releases, 0));
  All.push_back(locks("std::lock", Effect::Acquires, -2));
  All.push_back(type("std::mutex", EntryKind::Mutex));
  All.push_back(type("std::recursive_mutex", EntryKind::Mutex));
  All.back().recursive = true;
  All.push_back(type("std::lock_guard", EntryKind::Guard));
  All.push_back(type("std::unique_lock", EntryKind::Guard));
  All.push_back(type("std::scoped_lock", EntryKind::Guard));
  All.push_back(type("asio::awaitable", EntryKind::Task));
  All.back().framework = "asio";
  All.back().task_start = TaskStart::Lazy;
  All.push_back(entry("asio::co_spawn", {Effect::ConsumesTask}));
  All.back().callable = 1;
  All.back().detached = true;
  return All;
}

} // namespace

Catalogue smallCatalogue() {
  RuleTableT Table;
  Table.version = CatalogueVersion;
  for (EntryT &E : entries())
    Table.entries.push_back(std::make_unique<EntryT>(std::move(E)));
  std::stable_sort(
      Table.entries.begin(), Table.entries.end(),
      [](const auto &A, const auto &B) { return A->name < B->name; });
  flatbuffers::FlatBufferBuilder Builder;
  Builder.Finish(RuleTable::Pack(Builder, &Table), RuleTableIdentifier());
  Catalogue Rules;
  std::string Problem =
      Rules.add({Builder.GetBufferPointer(),
                 Builder.GetBufferPointer() + Builder.GetSize()});
  if (!Problem.empty())
    throw std::runtime_error(Problem);
  return Rules;
}

} // namespace gridlock::test

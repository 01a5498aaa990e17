// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/bench/engine/Parts.h"

#include "checks/facts/FactsFile.h"

#include <stdexcept>

namespace gridlock::bench {

namespace {

constexpr const char *Task = "boost::asio::awaitable";

} // namespace

Unit::Unit(const std::string &MainFile) : FactsBuilder(MainFile) {
  for (const char *Name :
       {"std::lock_guard::lock_guard", "std::lock_guard::~lock_guard"}) {
    library(Name);
    symbolFact(Name).record = type("std::lock_guard");
  }
  for (const char *Name :
       {"fsync", "boost::asio::post", "std::thread::thread", "std::move"})
    library(Name);
  taskType(Task);
}

FunctionBuilder Unit::task(const std::string &Name) {
  symbolFact(Name).result_type = type(Task);
  FunctionBuilder F = function(Name);
  F.coroutine(Task);
  return F;
}

FunctionBuilder Unit::posted(FunctionBuilder &To, const std::string &Name) {
  To.call("boost::asio::post", {value(param(0)), callable(Name)})
      .args[0]
      ->type = type("boost::asio::io_context");
  FunctionBuilder F = function(Name);
  F.flag(facts::FunctionFlag::Lambda);
  return F;
}

FunctionBuilder Unit::onThread(FunctionBuilder &To, const std::string &Name) {
  To.construct(To.local("thread", "std::thread"), "std::thread::thread",
               {callable(Name)});
  FunctionBuilder F = function(Name);
  F.flag(facts::FunctionFlag::Lambda);
  return F;
}

PlaceT Unit::guard(FunctionBuilder &F, PlaceT Mutex) {
  PlaceT Guard = F.local("guard" + std::to_string(NextLine), "std::lock_guard");
  F.construct(Guard, "std::lock_guard::lock_guard", {value(Mutex)});
  return Guard;
}

void Unit::endGuard(FunctionBuilder &F, PlaceT Guard) {
  F.destroy(std::move(Guard), "std::lock_guard::~lock_guard");
}

void Unit::block(FunctionBuilder &F) { F.call("fsync", {value(param(0))}); }

void Unit::write(const std::filesystem::path &Folder) const {
  std::string Name = File.strings[1];
  for (char &C : Name)
    if (C == '/')
      C = '_';
  const std::string Problem =
      writeFacts(File, (Folder / (Name + ".glkf")).string());
  if (!Problem.empty())
    throw std::runtime_error(Problem);
}

} // namespace gridlock::bench

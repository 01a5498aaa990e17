// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/JsonPlace.h"
#include "tools/symbolize/Observed.h"

#include <ostream>
#include <sstream>

namespace gridlock::symbolize {

namespace {

using Json = nlohmann::ordered_json;
using report::addPlace;

Json toJson(const LoopRow &L) {
  Json Object;
  Object["name"] = L.Name;
  Object["library"] = L.Library;
  Object["function"] = L.Function;
  addPlace(Object, L.Where);
  Object["pid"] = L.Pid;
  Object["tid"] = L.Tid;
  Object["thread"] = L.Thread;
  Object["wait"] = L.Wait;
  Object["iterations"] = L.Iterations;
  Object["busy_ns"] = L.Busy;
  Object["idle_ns"] = L.Idle;
  Object["p50_ns"] = L.P50;
  Object["p99_ns"] = L.P99;
  Object["max_ns"] = L.Max;
  Object["lag_p99_ns"] = L.LagP99;
  Object["stalls"] = L.Stalls;
  Object["ended"] = L.Ended;
  return Object;
}

Json toJson(const Side &S) {
  Json Object;
  Object["function"] = S.Function;
  addPlace(Object, S.Where);
  Object["operation"] = S.Operation;
  Object["count"] = S.Count;
  Object["total_ns"] = S.Total;
  Object["max_ns"] = S.Max;
  Object["stack"] = Json::array();
  for (const Frame &F : S.Stack)
    Object["stack"].push_back(F.Display);
  return Object;
}

Json toJson(const LockRow &L) {
  Json Object;
  Object["pid"] = L.Pid;
  Object["address"] = L.Address;
  Object["count"] = L.Count;
  Object["total_ns"] = L.Total;
  Object["max_ns"] = L.Max;
  Object["waiters"] = Json::array();
  for (const Side &S : L.Waiters)
    Object["waiters"].push_back(toJson(S));
  Object["holders"] = Json::array();
  for (const Side &S : L.Holders)
    Object["holders"].push_back(toJson(S));
  return Object;
}

} // namespace

void writeObservedJson(std::ostream &Out, const Observed &O) {
  // The findings as every other command writes them, with what was measured
  // added.
  std::stringstream Text;
  report::writeJson(Text, O.Report);
  Json Root = Json::parse(Text.str());
  Json Summary;
  Summary["processes"] = O.Processes;
  Summary["loops"] = O.Loops.size();
  Summary["findings"] = O.Report.Findings.size();
  Summary["suppressed"] = O.Report.Counts.Suppressed;
  Summary["locks"] = O.Locks.size();
  Summary["remarks"] = O.Remarks;
  Root["summary"] = Summary;
  for (std::size_t I = 0; I < O.Numbers.size(); ++I) {
    Json &F = Root["findings"][I];
    F["count"] = O.Numbers[I].Count;
    F["worst_ns"] = O.Numbers[I].Worst;
    F["total_ns"] = O.Numbers[I].Total;
    F["unfinished"] = O.Numbers[I].Unfinished;
  }
  Root["loops"] = Json::array();
  for (const LoopRow &L : O.Loops)
    Root["loops"].push_back(toJson(L));
  Root["locks"] = Json::array();
  for (const LockRow &L : O.Locks)
    Root["locks"].push_back(toJson(L));
  Out << Root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

} // namespace gridlock::symbolize

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
  Object["heartbeat_ms"] = L.HeartbeatMs;
  Object["lag_ms"] = L.LagMs;
  Object["beats"] = L.Beats;
  Object["late_beats"] = L.LateBeats;
  Object["ended"] = L.Ended;
  return Object;
}

void addStack(Json &Object, const std::vector<Frame> &Stack) {
  Object["stack"] = Json::array();
  for (const Frame &F : Stack)
    Object["stack"].push_back(F.Display);
}

Json toJson(const HolderCall &C) {
  Json Object;
  Object["function"] = C.Function;
  addPlace(Object, C.Where);
  Object["operation"] = C.Operation;
  Object["lock"] = C.Lock;
  Object["count"] = C.Count;
  Object["looked"] = C.Looked;
  Object["total_ns"] = C.Total;
  Object["max_ns"] = C.Longest;
  if (!C.Arguments.empty())
    Object["arguments"] = C.Arguments;
  addStack(Object, C.Stack);
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
  addStack(Object, S.Stack);
  if (S.Meanwhile)
    Object["holder_call"] = toJson(*S.Meanwhile);
  return Object;
}

Json toJson(const HoldRow &H) {
  Json Object;
  Object["pid"] = H.Pid;
  Object["address"] = H.Address;
  Object["function"] = H.Function;
  addPlace(Object, H.Where);
  Object["operation"] = H.Operation;
  Object["samples"] = H.Samples;
  Object["count"] = H.Count;
  Object["total_ns"] = H.Total;
  Object["p50_ns"] = H.P50;
  Object["p99_ns"] = H.P99;
  Object["max_ns"] = H.Max;
  addStack(Object, H.Stack);
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
  Object["holds"] = Json::array();
  for (const HoldRow &H : L.Holds)
    Object["holds"].push_back(toJson(H));
  return Object;
}

Json toJson(const SleepRow &S) {
  Json Object;
  Object["pid"] = S.Pid;
  Object["address"] = S.Address;
  Object["operation"] = S.Operation;
  Object["count"] = S.Count;
  Object["total_ns"] = S.Total;
  Object["max_ns"] = S.Max;
  Object["waiters"] = Json::array();
  for (const Side &W : S.Waiters)
    Object["waiters"].push_back(toJson(W));
  Object["wakers"] = Json::array();
  for (const Side &W : S.Wakers) {
    Object["wakers"].push_back(toJson(W));
    if (W.Pid != 0)
      Object["wakers"].back()["pid"] = W.Pid;
  }
  if (S.Ended != 0)
    Object["ended_thread"] = S.Ended;
  Object["another_process"] = S.byAnotherProcess();
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
  Summary["files_read"] = O.FilesRead;
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
    F["on_cpu_ns"] = O.Numbers[I].OnCpu;
    if (const std::optional<unsigned> Off = offCpu(O.Numbers[I]))
      F["off_cpu_percent"] = *Off;
    if (!O.Numbers[I].Arguments.empty())
      F["arguments"] = O.Numbers[I].Arguments;
    F["stacks"] = O.Numbers[I].Stacks;
    F["callbacks"] = O.Numbers[I].Callbacks;
    F["longest_callback_ns"] = O.Numbers[I].LongestCallback;
    F["events"] = O.Numbers[I].Events;
    F["unfinished"] = O.Numbers[I].Unfinished;
  }
  Root["loops"] = Json::array();
  for (const LoopRow &L : O.Loops)
    Root["loops"].push_back(toJson(L));
  Root["locks"] = Json::array();
  for (const LockRow &L : O.Locks)
    Root["locks"].push_back(toJson(L));
  Root["holds"] = Json::array();
  for (const HoldRow &H : O.Holds)
    Root["holds"].push_back(toJson(H));
  Root["waits"] = Json::array();
  for (const SleepRow &S : O.Sleeps)
    Root["waits"].push_back(toJson(S));
  Out << Root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

} // namespace gridlock::symbolize

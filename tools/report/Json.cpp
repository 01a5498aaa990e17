// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/JsonPlace.h"
#include "tools/report/Report.h"

#include <ostream>

namespace gridlock::report {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const Finding &F) {
  Json Object;
  Object["rule"] = F.Rule;
  addPlace(Object, F.Where);
  Object["function"] = F.Function;
  Object["operation"] = F.Operation;
  Object["message"] = F.Message;
  Object["precision"] = toString(F.Confidence);
  Object["fingerprint"] = F.Fingerprint;
  Object["notes"] = Json::array();
  for (const Note &N : F.Notes) {
    Json Item;
    addPlace(Item, N.Where);
    Item["message"] = N.Message;
    Item["side"] = N.Side;
    Object["notes"].push_back(std::move(Item));
  }
  Object["fix"] = Json::array();
  for (const Edit &E : F.Fix) {
    Json Item;
    addPlace(Item, E.Begin);
    Item["end_line"] = E.EndLine;
    Item["end_column"] = E.EndColumn;
    Item["text"] = E.Text;
    Object["fix"].push_back(std::move(Item));
  }
  return Object;
}

Json toJson(const Report &R) {
  const Summary &C = R.Counts;
  Json Object;
  Object["files"] = C.Files;
  Object["failed"] = C.Failed;
  Object["partial"] = C.Partial;
  Object["excluded"] = C.Excluded;
  Object["findings"] = R.Findings.size();
  Object["suppressed"] = C.Suppressed;
  Object["baseline"] = C.Baselined;
  Object["hidden"] = C.Hidden;
  Object["unresolved"] = C.Unresolved;
  Object["unresolved_by_root"] = Json::array();
  for (const UnresolvedCalls &U : R.Unresolved) {
    Json Item;
    addPlace(Item, U.Where);
    Item["root"] = U.Root;
    Item["calls"] = U.Calls;
    Object["unresolved_by_root"].push_back(std::move(Item));
  }
  Object["uninstantiated"] = C.Uninstantiated;
  if (C.CutLocks != 0)
    Object["cut_locks"] = C.CutLocks;
  Object["troubles"] = Json::array();
  for (const Trouble &T : R.Troubles) {
    Json Item;
    addPlace(Item, T.Where);
    Item["reason"] = T.Reason;
    Item["partial"] = T.Partial;
    Object["troubles"].push_back(std::move(Item));
  }
  return Object;
}

} // namespace

void writeJson(std::ostream &Out, const Report &R) {
  Json Root;
  Root["version"] = 1;
  Root["summary"] = toJson(R);
  Root["findings"] = Json::array();
  for (const Finding &F : R.Findings)
    Root["findings"].push_back(toJson(F));
  // Names in sources need not be UTF-8; JSON must be.
  Out << Root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

} // namespace gridlock::report

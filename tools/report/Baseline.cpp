// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/Baseline.h"

#include "tools/driver/Json.h"

#include <nlohmann/json.hpp>

#include <tuple>

namespace gridlock::report {

namespace {

using Json = nlohmann::ordered_json;

std::string keyOf(const std::string &Rule, const std::string &Fingerprint) {
  return Rule + '\n' + Fingerprint;
}

std::string lineOf(const Finding &F) {
  std::string Line = F.Where.File;
  if (!F.Function.empty())
    Line += ", " + F.Function;
  return Line + ": " + F.Message;
}

constexpr const char *Remedy = "; write it anew with gridlock baseline create";

} // namespace

std::string baselineText(const std::vector<Finding> &Findings) {
  // Sorted for the reader and for small differences: by rule, place,
  // fingerprint.
  std::map<std::tuple<std::string, std::string, std::string>, unsigned> Counts;
  for (const Finding &F : Findings)
    ++Counts[{F.Rule, lineOf(F), F.Fingerprint}];
  std::string Text = "{\n  \"version\": 1,\n  \"findings\": [";
  const char *Separator = "\n    ";
  for (const auto &[Key, Count] : Counts) {
    Json Entry;
    Entry["rule"] = std::get<0>(Key);
    Entry["fingerprint"] = std::get<2>(Key);
    Entry["count"] = Count;
    Entry["finding"] = std::get<1>(Key);
    Text +=
        Separator + Entry.dump(-1, ' ', false, Json::error_handler_t::replace);
    Separator = ",\n    ";
  }
  return Text + (Counts.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

std::variant<Baseline, std::string> Baseline::parse(const std::string &Text,
                                                    const std::string &Name) {
  auto Parsed = driver::parseJson(Text, Name);
  if (auto *Error = std::get_if<std::string>(&Parsed))
    return *Error + Remedy;
  const auto &Root = std::get<nlohmann::json>(Parsed);
  if (!Root.is_object() || !Root.contains("version") ||
      !Root.contains("findings") || !Root["findings"].is_array())
    return Name + ":1:1: not a baseline: it needs 'version' and 'findings'" +
           Remedy;
  if (Root["version"] != 1)
    return Name + ": baseline version " + Root["version"].dump() +
           " is not known to this gridlock (it knows 1)" + Remedy;
  Baseline Result;
  std::size_t Index = 0;
  for (const auto &Item : Root["findings"]) {
    const auto HasString = [&](const char *Key) {
      return Item.contains(Key) && Item[Key].is_string();
    };
    if (!Item.is_object() || !HasString("rule") || !HasString("fingerprint") ||
        !Item.contains("count") || !Item["count"].is_number_unsigned())
      return Name + ": finding " + std::to_string(Index) +
             ": needs 'rule' and 'fingerprint' (strings) and 'count' (a "
             "number)" +
             Remedy;
    Entry &E = Result.Entries[keyOf(Item["rule"], Item["fingerprint"])];
    E.Count += Item["count"].get<unsigned>();
    E.Line = Item["rule"].get<std::string>() + ": " +
             (HasString("finding") ? Item["finding"] : Item["fingerprint"])
                 .get<std::string>();
    ++Index;
  }
  return Result;
}

Baseline::Outcome Baseline::apply(std::vector<Finding> &Findings) const {
  std::map<std::string, Entry> Left = Entries;
  Outcome Result;
  std::erase_if(Findings, [&](const Finding &F) {
    const auto It = Left.find(keyOf(F.Rule, F.Fingerprint));
    if (It == Left.end() || It->second.Count == 0)
      return false;
    --It->second.Count;
    ++Result.Known;
    return true;
  });
  for (const auto &[Key, E] : Left)
    if (E.Count)
      Result.Stale.push_back(E.Line);
  return Result;
}

} // namespace gridlock::report

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One element of `functions:`, and what functions and types have in common.
#include "rules/Spelling.h"
#include "rules/compiler/LibraryFile.h"

#include <algorithm>
#include <optional>
#include <regex>

namespace gridlock::rules {

static constexpr std::int32_t Receiver = -1;
static constexpr std::int32_t AllLocks = -2;
static constexpr std::int32_t AllCallables = -5;

std::unique_ptr<EntryT> copyOf(const EntryT &Entry) {
  flatbuffers::FlatBufferBuilder Builder;
  Builder.Finish(CreateEntry(Builder, &Entry));
  return std::unique_ptr<EntryT>(
      flatbuffers::GetRoot<rules::Entry>(Builder.GetBufferPointer())->UnPack());
}

// NAME with the namespace FROM at its front replaced, if it is there.
static std::optional<std::string> respelled(const std::string &Name,
                                            const std::string &From,
                                            const std::string &To) {
  if (Name.compare(0, From.size() + 2, From + "::") != 0)
    return std::nullopt;
  return To + Name.substr(From.size());
}

static void
respellConditions(std::vector<std::unique_ptr<ConditionT>> &Conditions,
                  const std::string &From, const std::string &To) {
  for (auto &Condition : Conditions)
    if (auto Name = respelled(Condition->name, From, To))
      Condition->name = *Name;
}

static void checkRows(const MapReader &Map, EntryT &Entry,
                      const std::vector<std::string> &Rows, Diagnostics &D) {
  static const std::regex Form("[a-z-]+/[a-z0-9.-]+");
  Entry.guide = Map.texts("guide");
  if (!Map.has("guide"))
    return;
  for (const YAML::Node &Node : Map.at("guide")) {
    if (!isText(Node) || Node.Scalar().empty())
      continue; // reported above
    if (!Rows.empty() &&
        std::find(Rows.begin(), Rows.end(), Node.Scalar()) == Rows.end()) {
      auto Near = nearest(Node.Scalar(), Rows);
      D.error(Node, "the guide has no row '" + Node.Scalar() + "'" +
                        (Near ? "; did you mean '" + *Near + "'?" : "") +
                        " (rows are listed in rules/README.md)");
    } else if (!std::regex_match(Node.Scalar(), Form)) {
      D.error(Node, "a guide row is written table/row");
    }
  }
}

static void readInstead(const MapReader &Map, const LibraryFile &File,
                        EntryT &Entry, Diagnostics &D) {
  if (!Map.has("instead"))
    return;
  const YAML::Node &Node = Map.at("instead");
  std::vector<AdviceT> Advice;
  if (Node.IsMap()) {
    Advice = readAdvice(Node, "'instead'", D);
  } else {
    std::string Name = readText(Node, "instead", D);
    std::vector<std::string> Known;
    for (const auto &Pair : File.Advice)
      Known.push_back(Pair.first);
    auto Found = File.Advice.find(Name);
    if (Found != File.Advice.end())
      Advice = Found->second;
    else if (!Name.empty())
      D.unknownWord(Node, "advice", Name, Known);
  }
  for (const AdviceT &One : Advice)
    Entry.advice.push_back(std::make_unique<AdviceT>(One));
}

void addEntries(const MapReader &Map, const EntryT &Base, LibraryFile &File,
                const std::vector<std::string> &Rows, Diagnostics &D) {
  auto Common = copyOf(Base);
  checkRows(Map, *Common, Rows, D);
  readInstead(Map, File, *Common, D);
  Common->library = File.Library;
  Common->framework = Map.text("framework");
  Common->source = readAddress(Map, "source", File.Source, D);
  Common->since = Map.text("since");
  Common->provenance =
      Map.has("provenance")
          ? provenanceWords()[Map.word("provenance", provenanceWords(), 0)]
          : File.Provenance;
  Common->proof_kind = File.ProofKind;
  Common->proof = File.Proof;
  Common->soname = File.Soname;
  Common->file = D.file();
  if (Map.has("proof"))
    readProof(Map.at("proof"), Common->proof_kind, Common->proof, D);
  std::string Example = Map.text("example");
  if (Common->proof_kind == "header" && !File.IsC && Example.empty() &&
      Map.node().IsMap())
    D.error(
        Map.node(),
        "an entry proved by a header needs an 'example' that compiles with it");

  if (!Map.require("names") || !Map.at("names").IsSequence() ||
      !Map.at("names").size()) {
    Map.texts("names"); // says what is wrong
    return;
  }
  for (const YAML::Node &Node : Map.at("names")) {
    std::string Name = readText(Node, "names", D);
    if (Name.empty())
      continue;
    if (!isQualifiedName(Name)) {
      D.error(Node, "'" + Name +
                        "' is no qualified name (no template arguments, no "
                        "parameter list)");
      continue;
    }
    auto Entry = copyOf(*Common);
    Entry->name = Name;
    Entry->op = File.Library + "/" + Name;
    Entry->line = static_cast<std::uint32_t>(Node.Mark().line + 1);
    if (Entry->monitor && Entry->monitor->why_not.empty())
      Entry->monitor->symbol = Name;
    for (const auto &[Alias, Canonical] : File.Namespaces)
      for (const auto &[From, To] :
           {std::pair(Canonical, Alias), std::pair(Alias, Canonical)}) {
        auto Other = respelled(Name, From, To);
        if (!Other)
          continue;
        auto Respelled = copyOf(*Entry);
        Respelled->name = *Other;
        respellConditions(Respelled->unless, From, To);
        respellConditions(Respelled->when, From, To);
        File.Entries.push_back({std::move(Respelled), Node.Mark(), true});
      }
    File.Entries.push_back({std::move(Entry), Node.Mark(), false});
  }
}

static bool has(const EntryT &Entry, Effect Wanted) {
  return std::find(Entry.effects.begin(), Entry.effects.end(), Wanted) !=
         Entry.effects.end();
}

static void readEffects(const MapReader &Map, EntryT &Entry, Diagnostics &D) {
  static const std::vector<std::string> Words = yamlWords(EnumNamesEffect());
  if (!Map.require("does"))
    return;
  const YAML::Node &Node = Map.at("does");
  if (!Node.IsSequence() || !Node.size()) {
    D.error(Node,
            "'does' must be a list with at least one of " + joined(Words));
    return;
  }
  for (const YAML::Node &Item : Node) {
    Effect Value = EnumValuesEffect()[readWord(Item, "does", Words, D)];
    if (has(Entry, Value))
      D.error(Item, "'does' says this twice");
    else
      Entry.effects.push_back(Value);
  }
  if (has(Entry, Effect::Fine) &&
      (has(Entry, Effect::Blocks) || has(Entry, Effect::Computes)))
    D.error(Node, "'fine' contradicts 'blocks' and 'computes'");
}

static std::int32_t readIndex(const MapReader &Map, const std::string &Key,
                              std::int32_t Default, Diagnostics &D) {
  std::int64_t Index = Map.integer(Key, Default);
  if (Map.has(Key) && (Index < AllCallables || Index > 63))
    D.error(Map.at(Key),
            "'" + Key + "' must be an argument's index from 0, or -1 to -5");
  return static_cast<std::int32_t>(Index);
}

// The keys that the entry's effects ask for.
static void readEffectKeys(const MapReader &Map, EntryT &Entry, bool IsC,
                           Diagnostics &D) {
  static const std::vector<std::string> Categories =
      yamlWords(EnumNamesCategory());
  static const std::vector<std::string> Costs = yamlWords(EnumNamesCost());
  static const std::vector<std::string> Modes = yamlWords(EnumNamesLockMode());
  static const std::vector<std::string> Places = yamlWords(EnumNamesWhere());
  static const std::vector<std::string> Starts =
      yamlWords(EnumNamesTaskStart());
  bool Waits = has(Entry, Effect::Blocks) || has(Entry, Effect::Computes);
  if (Waits && Map.require("category"))
    Map.require("cost");
  // None is not for people to write.
  std::vector<std::string> Written(Categories.begin() + 1, Categories.end());
  if (Map.has("category"))
    Entry.category = EnumValuesCategory()[Map.word("category", Written, 0) + 1];
  if (has(Entry, Effect::Computes) && Map.has("category") &&
      Entry.category != Category::Cpu)
    D.error(Map.at("category"), "what 'computes' has the category cpu");
  Entry.cost = EnumValuesCost()[Map.word("cost", Costs, 0)];

  bool Locks =
      has(Entry, Effect::Acquires) || has(Entry, Effect::TryAcquires) ||
      has(Entry, Effect::Releases) || has(Entry, Effect::WaitsReleasing);
  if (Locks && (IsC || has(Entry, Effect::WaitsReleasing)))
    Map.require("lock");
  Entry.lock = readIndex(Map, "lock", Locks ? Receiver : Entry.lock, D);
  if (Map.has("lock") && Entry.lock < AllLocks)
    D.error(Map.at("lock"),
            "'lock' must be an argument's index, -1 receiver or -2 all");
  Entry.mode = EnumValuesLockMode()[Map.word("mode", Modes, 0)];
  Entry.async = Map.boolean("async");

  bool Takes =
      has(Entry, Effect::RunsCallable) || has(Entry, Effect::ConsumesTask);
  if (Takes)
    Map.require("callable");
  Entry.callable = readIndex(Map, "callable", Entry.callable, D);
  if (has(Entry, Effect::RunsCallable) || has(Entry, Effect::SwitchesExecutor))
    Map.require("where");
  Entry.where = EnumValuesWhere()[Map.word("where", Places, 0)];
  Entry.detached = Map.boolean("detached");
  if (has(Entry, Effect::CreatesTask))
    Map.require("task");
  Entry.task_start = EnumValuesTaskStart()[Map.word("task", Starts, 0)];
  if (has(Entry, Effect::EntersLoop))
    Map.require("framework");
  Entry.overrides = Map.boolean("overrides");
  Entry.count = readIndex(Map, "count", Entry.count, D);
}

static void copyInto(std::vector<std::unique_ptr<ConditionT>> &To,
                     const std::vector<ConditionT> &From) {
  for (const ConditionT &Condition : From)
    To.push_back(std::make_unique<ConditionT>(Condition));
}

// A type and one list of parameters, nothing after it: the text becomes part of
// the monitor's source.
static bool isSignature(const std::string &Text) {
  if (Text.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
          "0123456789_ *,.()[]") != std::string::npos ||
      Text.find('(') == std::string::npos || Text.find_first_of("( ") == 0)
    return false;
  int Depth = 0;
  for (std::size_t I = 0; I < Text.size(); ++I) {
    Depth += (Text[I] == '(') - (Text[I] == ')');
    if (Text[I] == ')' && (Depth < 0 || (Depth == 0 && I + 1 < Text.size())))
      return false;
  }
  return Depth == 0 && Text.back() == ')';
}

// `monitor:` as one word, as a reason or with its variadic form.
static void readMonitor(const MapReader &Map, EntryT &Entry, bool IsC,
                        Diagnostics &D) {
  static const std::regex Variadic(
      "registers: [1-9]|va_list: [A-Za-z_][A-Za-z0-9_]*");
  std::string Signature = Map.text("signature");
  if (IsC && Map.node().IsMap())
    Map.require("signature");
  if (!Signature.empty() && !isSignature(Signature))
    D.error(Map.at("signature"),
            "'signature' must read like \"int (const char *, ...)\"");
  if (Map.has("signature") && !IsC)
    D.error(Map.at("signature"),
            "'signature' is for libraries with language: c");
  if (!Map.has("monitor"))
    return;
  const YAML::Node &Node = Map.at("monitor");
  Entry.monitor = std::make_unique<MonitorT>();
  Entry.monitor->signature = Signature;
  bool Interpose = false;
  if (Node.IsMap()) {
    MapReader Inner(Node, "'monitor'", {"interpose", "variadic", "none"}, D);
    Entry.monitor->why_not = Inner.text("none");
    Interpose = Inner.boolean("interpose");
    if (Interpose == Inner.has("none"))
      D.error(Node,
              "'monitor' must say either interpose: true or none: \"reason\"");
    if (Inner.has("variadic")) {
      Entry.monitor->variadic = Inner.text("variadic");
      if (!std::regex_match(Entry.monitor->variadic, Variadic))
        D.error(Inner.at("variadic"),
                "'variadic' must be \"registers: N\" (N arguments after "
                "the named ones) or \"va_list: FUNCTION\"");
    }
  } else {
    Interpose = true;
    if (!Node.IsScalar() || Node.Scalar() != "interpose")
      D.unknownWord(
          Node, "value of 'monitor':", Node.IsScalar() ? Node.Scalar() : "",
          {"interpose", "{none: reason}", "{interpose: true, variadic: form}"});
  }
  bool IsVariadic = Signature.find("...") != std::string::npos;
  if (Interpose && !IsC)
    D.error(Node, "only C functions can be interposed");
  if (Interpose && IsVariadic == Entry.monitor->variadic.empty())
    D.error(Node, IsVariadic
                      ? "a variadic function needs 'variadic' to be interposed"
                      : "'variadic' is for signatures with '...'");
}

void readFunctionEntry(const YAML::Node &Node, LibraryFile &File,
                       const std::vector<std::string> &Rows, Diagnostics &D) {
  MapReader Map(Node, "a function entry",
                {"names",     "does",   "category",   "cost",      "guide",
                 "signature", "unless", "when",       "instead",   "monitor",
                 "example",   "lock",   "mode",       "async",     "callable",
                 "where",     "task",   "detached",   "overrides", "framework",
                 "since",     "source", "provenance", "proof",     "count"},
                D);
  if (!Node.IsMap())
    return;
  EntryT Entry;
  Entry.kind = EntryKind::Function;
  readEffects(Map, Entry, D);
  readEffectKeys(Map, Entry, File.IsC, D);
  for (auto [Key, To] :
       {std::pair("unless", &Entry.unless), {"when", &Entry.when}})
    if (Map.has(Key))
      copyInto(*To, readConditions(Map.at(Key), Key, D));
  readMonitor(Map, Entry, File.IsC, D);
  addEntries(Map, Entry, File, Rows, D);
}

} // namespace gridlock::rules

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `unless:` and `when:`: what must hold of a call's arguments.
#include "rules/Spelling.h"
#include "rules/compiler/LibraryFile.h"

namespace gridlock::rules {

static constexpr std::int64_t ReceiverArgument = -1;
static constexpr std::int64_t AllArguments = -5;
static constexpr std::int64_t MaxArgument = 63;

static bool isFlag(ConditionKind Kind) {
  return Kind == ConditionKind::HasFlag || Kind == ConditionKind::LacksFlag;
}
static bool isInteger(ConditionKind Kind) {
  return Kind == ConditionKind::Equals || Kind == ConditionKind::Less ||
         Kind == ConditionKind::ArgumentCount;
}
static bool isName(ConditionKind Kind) {
  return Kind == ConditionKind::ArgumentType ||
         Kind == ConditionKind::ReceiverType;
}

// The value of the key that says which condition it is.
static void readOperand(const MapReader &Map, const std::string &Word,
                        ConditionT &Condition, Diagnostics &D) {
  if (isInteger(Condition.kind)) {
    Condition.value = Map.integer(Word, 0);
  } else if (isFlag(Condition.kind)) {
    Condition.name = Map.text(Word);
    if (Map.require("value"))
      Condition.value = Map.integer("value", 0);
  } else if (isName(Condition.kind)) {
    Condition.name = Map.text(Word);
    if (!Condition.name.empty() && !isQualifiedName(Condition.name))
      D.error(Map.at(Word),
              "'" + Condition.name +
                  "' is no qualified name (no template arguments)");
  } else if (!Map.boolean(Word)) {
    D.error(Map.at(Word),
            "'" + Word + "' can only be true; leave it out otherwise");
  }
}

static void readArgument(const MapReader &Map, ConditionT &Condition,
                         Diagnostics &D) {
  if (Condition.kind == ConditionKind::ArgumentCount) {
    if (Map.has("arg"))
      D.error(Map.at("arg"),
              "'argument-count' is about the whole call: leave 'arg' out");
    return;
  }
  if (Condition.kind == ConditionKind::ReceiverType && !Map.has("arg")) {
    Condition.arg = ReceiverArgument;
    return;
  }
  if (!Map.require("arg"))
    return;
  std::int64_t Argument = Map.integer("arg", 0);
  if (Argument < AllArguments || Argument > MaxArgument)
    D.error(Map.at("arg"),
            "'arg' must be an index from 0, or -1 receiver, -2 any, -3 last, "
            "-4 result, -5 all");
  Condition.arg = static_cast<std::int32_t>(Argument);
}

static ConditionT readCondition(const YAML::Node &Node, const std::string &What,
                                Diagnostics &D) {
  static const std::vector<std::string> Words =
      yamlWords(EnumNamesConditionKind());
  ConditionT Condition;
  std::vector<std::string> Keys = Words;
  Keys.insert(Keys.end(), {"arg", "value"});
  MapReader Map(Node, What, Keys, D);
  if (!Node.IsMap())
    return Condition;
  const std::string *Found = nullptr;
  for (std::size_t I = 0; I < Words.size(); ++I) {
    if (!Map.has(Words[I]))
      continue;
    if (Found)
      D.error(Map.at(Words[I]), What + " has both '" + *Found + "' and '" +
                                    Words[I] + "': make it two conditions");
    Found = &Words[I];
    Condition.kind = EnumValuesConditionKind()[I];
  }
  if (!Found) {
    D.error(Node, What + " says nothing about the argument; it needs one of " +
                      joined(Words));
    return Condition;
  }
  readOperand(Map, *Found, Condition, D);
  if (Map.has("value") && !isFlag(Condition.kind))
    D.error(Map.at("value"), "'value' goes with has-flag and lacks-flag only");
  readArgument(Map, Condition, D);
  return Condition;
}

std::vector<ConditionT> readConditions(const YAML::Node &Node,
                                       std::string_view Key, Diagnostics &D) {
  std::vector<ConditionT> Conditions;
  if (!Node.IsSequence() || Node.size() == 0) {
    D.error(Node, "'" + std::string(Key) +
                      "' must be a list with at least one condition");
    return Conditions;
  }
  for (const YAML::Node &Item : Node)
    Conditions.push_back(
        readCondition(Item, "a condition in '" + std::string(Key) + "'", D));
  return Conditions;
}

} // namespace gridlock::rules

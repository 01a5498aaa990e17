// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/RulesText.h"

#include "rules/Spelling.h"

using namespace gridlock::rules;

namespace gridlock::cli {

static std::string text(const flatbuffers::String *S) {
  return S ? S->str() : "";
}

bool isCanonical(const Entry &E) {
  return text(E.op()) == text(E.library()) + "/" + text(E.name());
}

static std::vector<std::string> effectsOf(const Entry &E) {
  if (E.kind() != EntryKind::Function)
    return {toYamlWord(EnumNameEntryKind(E.kind()))};
  std::vector<std::string> Words;
  if (E.effects())
    for (auto Effect : *E.effects())
      Words.push_back(
          toYamlWord(EnumNameEffect(static_cast<rules::Effect>(Effect))));
  return Words;
}

static bool hasEffect(const Entry &E, Effect Wanted) {
  if (E.effects())
    for (auto Effect : *E.effects())
      if (static_cast<rules::Effect>(Effect) == Wanted)
        return true;
  return false;
}

static std::string argumentName(int Index) {
  static const char *const Special[] = {"the receiver", "any argument",
                                        "the last argument", "the result",
                                        "all arguments"};
  if (Index < 0 && Index >= -5)
    return Special[-Index - 1];
  return "argument " + std::to_string(Index);
}

static std::string conditionText(const Condition &C) {
  std::string Text = toYamlWord(EnumNameConditionKind(C.kind()));
  if (C.kind() != ConditionKind::ArgumentCount)
    Text = argumentName(C.arg()) + ": " + Text;
  if (C.name() && C.name()->size())
    return Text + " " + C.name()->str();
  if (C.kind() == ConditionKind::Equals || C.kind() == ConditionKind::Less ||
      C.kind() == ConditionKind::ArgumentCount)
    return Text + " " + std::to_string(C.value());
  return Text;
}

std::string lineOf(const Entry &E) {
  std::string Line = text(E.op()) + "  " + joined(effectsOf(E));
  if (E.category() != Category::None)
    Line += "  " + toYamlWord(EnumNameCategory(E.category()));
  return Line;
}

std::string pageOf(const Entry &E) {
  std::string Page = text(E.op()) + "\n";
  auto Add = [&Page](std::string_view Key, const std::string &Value) {
    if (!Value.empty())
      Page += "  " + std::string(Key) + ": " + Value + "\n";
  };
  if (!isCanonical(E))
    Add("spelled", text(E.name()));
  Add("does", joined(effectsOf(E)));
  if (E.category() != Category::None)
    Add("category", toYamlWord(EnumNameCategory(E.category())));
  if (hasEffect(E, Effect::Blocks) || hasEffect(E, Effect::Computes))
    Add("cost", toYamlWord(EnumNameCost(E.cost())));
  if (E.when())
    for (const Condition *C : *E.when())
      Add("only when", conditionText(*C));
  if (E.unless())
    for (const Condition *C : *E.unless())
      Add("harmless when", conditionText(*C));
  if (E.lock() >= -2)
    Add("lock", argumentName(E.lock()) + (E.async() ? ", awaited" : ""));
  if (E.callable() >= -5)
    Add("callable", argumentName(E.callable()));
  if (hasEffect(E, Effect::RunsCallable) ||
      hasEffect(E, Effect::SwitchesExecutor))
    Add("where", toYamlWord(EnumNameWhere(E.where())));
  if (E.kind() == EntryKind::Task || hasEffect(E, Effect::CreatesTask))
    Add("task", toYamlWord(EnumNameTaskStart(E.task_start())));
  Add("framework", text(E.framework()));
  if (E.guide())
    for (const auto *Row : *E.guide())
      Add("guide", Row->str());
  if (E.advice())
    for (const Advice *A : *E.advice())
      Add("instead (" + A->framework()->str() + ")", A->text()->str());
  Add("since", text(E.since()));
  if (E.monitor())
    Add("monitor", E.monitor()->why_not() && E.monitor()->why_not()->size()
                       ? "not interposed: " + E.monitor()->why_not()->str()
                       : "interposed as " + text(E.monitor()->symbol()));
  Add("source", text(E.source()));
  Add("proof",
      text(E.proof_kind()) +
          (E.proof() && E.proof()->size() ? " " + text(E.proof()) : ""));
  Add("written in", text(E.file()) + ":" + std::to_string(E.line()));
  return Page;
}

static nlohmann::json conditionsJson(
    const flatbuffers::Vector<flatbuffers::Offset<Condition>> *List) {
  nlohmann::json Result = nlohmann::json::array();
  if (List)
    for (const Condition *C : *List)
      Result.push_back(
          {{"condition", toYamlWord(EnumNameConditionKind(C->kind()))},
           {"arg", C->arg()},
           {"value", C->value()},
           {"name", text(C->name())}});
  return Result;
}

nlohmann::json jsonOf(const Entry &E) {
  nlohmann::json Result = {
      {"id", text(E.op())},
      {"name", text(E.name())},
      {"library", text(E.library())},
      {"kind", toYamlWord(EnumNameEntryKind(E.kind()))},
      {"does", effectsOf(E)},
      {"category", toYamlWord(EnumNameCategory(E.category()))},
      {"cost", toYamlWord(EnumNameCost(E.cost()))},
      {"unless", conditionsJson(E.unless())},
      {"when", conditionsJson(E.when())},
      {"framework", text(E.framework())},
      {"source", text(E.source())},
      {"since", text(E.since())},
      {"proof", text(E.proof_kind())},
      {"file", text(E.file())},
      {"line", E.line()}};
  Result["guide"] = nlohmann::json::array();
  if (E.guide())
    for (const auto *Row : *E.guide())
      Result["guide"].push_back(Row->str());
  Result["instead"] = nlohmann::json::object();
  if (E.advice())
    for (const Advice *A : *E.advice())
      Result["instead"][A->framework()->str()] = A->text()->str();
  Result["interposed"] =
      E.monitor() && E.monitor()->symbol() && E.monitor()->symbol()->size();
  return Result;
}

} // namespace gridlock::cli

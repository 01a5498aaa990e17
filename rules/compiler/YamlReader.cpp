// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/YamlReader.h"

#include "rules/Spelling.h"

#include <cerrno>
#include <cstdlib>
#include <regex>

namespace gridlock::rules {

std::string RuleError::text() const {
  if (!Line)
    return File + ": " + Message;
  return File + ":" + std::to_string(Line) + ":" + std::to_string(Column) +
         ": " + Message;
}

std::string place(const YAML::Mark &At) {
  return std::to_string(At.line + 1) + ":" + std::to_string(At.column + 1);
}

void Diagnostics::error(const YAML::Mark &At, std::string Message) {
  Out.push_back({File, static_cast<unsigned>(At.line + 1),
                 static_cast<unsigned>(At.column + 1), std::move(Message)});
}

void Diagnostics::unknownWord(const YAML::Node &At, std::string_view What,
                              std::string_view Word,
                              const std::vector<std::string> &Allowed) {
  std::string Message =
      "unknown " + std::string(What) + " '" + std::string(Word) + "'";
  if (auto Near = nearest(Word, Allowed))
    Message += "; did you mean '" + *Near + "'?";
  error(At, Message + " (allowed: " + joined(Allowed) + ")");
}

bool isText(const YAML::Node &Node) {
  if (!Node.IsScalar())
    return false;
  if (Node.Tag() != "?")
    return true;
  // What YAML 1.1 readers (Python's among them) take for something else than
  // text.
  static const std::regex Other(
      "~?|null|Null|NULL|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|"
      "on|On|ON|off|"
      "Off|OFF|[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)|"
      "[-+]?([0-9][0-9_]*)?\\.[0-9_]*([eE][-+][0-9]+)?|"
      "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[-+]?[0-9]+(:[0-5]?[0-9])+",
      std::regex::optimize);
  return !std::regex_match(Node.Scalar(), Other);
}

static std::string kindOf(const YAML::Node &Node) {
  if (Node.IsMap())
    return "a mapping";
  if (Node.IsSequence())
    return "a list";
  if (Node.IsNull())
    return "nothing";
  constexpr std::size_t Enough = 40;
  const std::string &Text = Node.Scalar();
  return "'" + (Text.size() > Enough ? Text.substr(0, Enough) + "..." : Text) +
         "'";
}

std::string readText(const YAML::Node &Node, std::string_view What,
                     Diagnostics &D) {
  if (Node.IsScalar() && Node.Scalar().empty()) {
    D.error(Node, "'" + std::string(What) + "' is empty");
    return "";
  }
  if (!isText(Node)) {
    D.error(Node, "'" + std::string(What) + "' must be text, not " +
                      kindOf(Node) +
                      (Node.IsScalar() ? "; put it in quotes" : ""));
    return "";
  }
  return Node.Scalar();
}

std::int64_t readInteger(const YAML::Node &Node, std::string_view What,
                         Diagnostics &D) {
  static const std::regex Integer("[-+]?(0x[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)");
  if (Node.IsScalar() && Node.Tag() == "?" &&
      std::regex_match(Node.Scalar(), Integer)) {
    errno = 0;
    std::int64_t Value = std::strtoll(Node.Scalar().c_str(), nullptr, 0);
    if (!errno)
      return Value;
  }
  D.error(
      Node,
      "'" + std::string(What) +
          "' must be an integer (decimal, 0x hexadecimal or 0 octal), not " +
          kindOf(Node));
  return 0;
}

bool readBoolean(const YAML::Node &Node, std::string_view What,
                 Diagnostics &D) {
  if (Node.IsScalar() && Node.Tag() == "?") {
    if (Node.Scalar() == "true")
      return true;
    if (Node.Scalar() == "false")
      return false;
  }
  D.error(Node, "'" + std::string(What) + "' must be true or false, not " +
                    kindOf(Node));
  return false;
}

std::vector<std::string> readTexts(const YAML::Node &Node,
                                   std::string_view What, Diagnostics &D) {
  std::vector<std::string> Texts;
  if (!Node.IsSequence() || Node.size() == 0) {
    D.error(Node, "'" + std::string(What) +
                      "' must be a list with at least one text, not " +
                      (Node.IsSequence() ? "an empty list" : kindOf(Node)));
    return Texts;
  }
  for (const YAML::Node &Item : Node) {
    std::string Text = readText(Item, What, D);
    if (!Text.empty())
      Texts.push_back(std::move(Text));
  }
  return Texts;
}

std::size_t readWord(const YAML::Node &Node, std::string_view What,
                     const std::vector<std::string> &Allowed, Diagnostics &D) {
  if (!Node.IsScalar()) {
    D.error(Node, "'" + std::string(What) + "' must be one of " +
                      joined(Allowed) + ", not " + kindOf(Node));
    return 0;
  }
  for (std::size_t I = 0; I < Allowed.size(); ++I)
    if (Node.Scalar() == Allowed[I])
      return I;
  D.unknownWord(Node, "value of '" + std::string(What) + "':", Node.Scalar(),
                Allowed);
  return 0;
}

MapReader::MapReader(const YAML::Node &Node, std::string TheWhat,
                     const std::vector<std::string> &Keys, Diagnostics &D)
    : Node(Node), What(std::move(TheWhat)), D(D) {
  if (!Node.IsMap()) {
    D.error(Node, What + " must be a mapping with keys of: " + joined(Keys) +
                      "; not " + kindOf(Node));
    return;
  }
  std::map<std::string, YAML::Mark> First;
  for (const auto &Pair : Node) {
    if (!Pair.first.IsScalar()) {
      D.error(Pair.first, "a key of " + What + " must be a word");
      continue;
    }
    const std::string &Key = Pair.first.Scalar();
    auto [Position, IsNew] = First.emplace(Key, Pair.first.Mark());
    if (!IsNew) {
      D.error(Pair.first, "key '" + Key +
                              "' is here for the second time; first at " +
                              place(Position->second));
      continue;
    }
    bool IsKnown = false;
    for (const std::string &Known : Keys)
      IsKnown |= Known == Key;
    if (!IsKnown) {
      D.unknownWord(Pair.first, "key in " + What + ":", Key, Keys);
      continue;
    }
    Values.emplace(Key, Pair.second);
  }
}

bool MapReader::require(const std::string &Key) const {
  if (has(Key))
    return true;
  if (Node.IsMap())
    D.error(Node, What + " needs the key '" + Key + "'");
  return false;
}

std::string MapReader::text(const std::string &Key, std::string Default) const {
  return has(Key) ? readText(at(Key), Key, D) : Default;
}

std::int64_t MapReader::integer(const std::string &Key,
                                std::int64_t Default) const {
  return has(Key) ? readInteger(at(Key), Key, D) : Default;
}

bool MapReader::boolean(const std::string &Key) const {
  return has(Key) && readBoolean(at(Key), Key, D);
}

std::vector<std::string> MapReader::texts(const std::string &Key) const {
  return has(Key) ? readTexts(at(Key), Key, D) : std::vector<std::string>();
}

std::size_t MapReader::word(const std::string &Key,
                            const std::vector<std::string> &Allowed,
                            std::size_t Default) const {
  return has(Key) ? readWord(at(Key), Key, Allowed, D) : Default;
}

} // namespace gridlock::rules

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Typed reading of a YAML document with a place for every complaint. Readers
// report to Diagnostics and go on with a default, so that one run shows all
// errors.
#ifndef GRIDLOCK_RULES_COMPILER_YAMLREADER_H
#define GRIDLOCK_RULES_COMPILER_YAMLREADER_H

#include "catalogue_generated.h"
#include "rules/YamlLoader.h"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock::rules {

/// Collects the errors of one file.
class Diagnostics {
public:
  Diagnostics(std::string File, std::vector<RuleError> &Out)
      : File(std::move(File)), Out(Out) {}

  void error(const YAML::Mark &At, std::string Message);
  void error(const YAML::Node &At, std::string Message) {
    error(At.Mark(), std::move(Message));
  }
  /// Says "unknown WHAT `word`", the nearest allowed one and all allowed ones.
  void unknownWord(const YAML::Node &At, std::string_view What,
                   std::string_view Word,
                   const std::vector<std::string> &Allowed);
  const std::string &file() const { return File; }

private:
  std::string File;
  std::vector<RuleError> &Out;
};

/// True if the node is text: a quoted scalar, or a plain one that YAML does not
/// read as a number, a truth value, a date or nothing.
bool isText(const YAML::Node &Node);

std::string readText(const YAML::Node &Node, std::string_view What,
                     Diagnostics &D);
std::int64_t readInteger(const YAML::Node &Node, std::string_view What,
                         Diagnostics &D);
bool readBoolean(const YAML::Node &Node, std::string_view What, Diagnostics &D);

/// A non-empty list of texts.
std::vector<std::string> readTexts(const YAML::Node &Node,
                                   std::string_view What, Diagnostics &D);

/// Index of the word in ALLOWED; 0 after an error.
std::size_t readWord(const YAML::Node &Node, std::string_view What,
                     const std::vector<std::string> &Allowed, Diagnostics &D);

/// A mapping with known keys. Reports a node that is no mapping, unknown keys
/// and keys that come twice when made; values are read on demand.
class MapReader {
public:
  /// WHAT names the mapping in messages ("a function entry").
  MapReader(const YAML::Node &Node, std::string What,
            const std::vector<std::string> &Keys, Diagnostics &D);

  bool has(const std::string &Key) const { return Values.count(Key) != 0; }
  /// The value; only for keys that are there.
  const YAML::Node &at(const std::string &Key) const { return Values.at(Key); }
  /// Reports a missing key at the mapping's own place.
  bool require(const std::string &Key) const;
  const YAML::Node &node() const { return Node; }

  std::string text(const std::string &Key, std::string Default = "") const;
  std::int64_t integer(const std::string &Key, std::int64_t Default) const;
  bool boolean(const std::string &Key) const;
  std::vector<std::string> texts(const std::string &Key) const;
  std::size_t word(const std::string &Key,
                   const std::vector<std::string> &Allowed,
                   std::size_t Default) const;

private:
  YAML::Node Node;
  std::string What;
  Diagnostics &D;
  std::map<std::string, YAML::Node> Values;
};

using DocumentReader = std::function<void(const YAML::Node &, Diagnostics &)>;

/// Parses FILE and hands its one document to READER; whatever yaml-cpp throws
/// becomes an error with its place.
void readDocument(const std::string &File, std::vector<RuleError> &Errors,
                  const DocumentReader &Reader);

/// A compiled table of ENTRIES, in any order; empty if there are none.
std::vector<unsigned char> packEntries(std::vector<EntryT> Entries);

/// "line:column", 1-based.
std::string place(const YAML::Mark &At);

} // namespace gridlock::rules

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/LibraryFile.h"

#include <filesystem>
#include <regex>

namespace gridlock::rules {

const std::vector<std::string> &provenanceWords() {
  static const std::vector<std::string> Words{"manual", "manpage", "generated"};
  return Words;
}

bool isQualifiedName(const std::string &Name) {
  static const std::regex Form(
      "(~?[A-Za-z_][A-Za-z0-9_]*::)*"
      "(operator ?[^A-Za-z0-9_ ]+|operator [A-Za-z_][A-Za-z0-9_: *]*|"
      "~?[A-Za-z_][A-Za-z0-9_]*)");
  return std::regex_match(Name, Form);
}

std::vector<AdviceT> readAdvice(const YAML::Node &Node, std::string_view What,
                                Diagnostics &D) {
  static const std::vector<std::string> Frameworks{
      "asio", "cobalt",   "concurrencpp", "cppcoro",  "async_simple", "folly",
      "glib", "libcoro",  "libev",        "libevent", "libuv",        "qcoro",
      "qt",   "sd-event", "seastar",      "unifex",   "any"};
  MapReader Map(Node, std::string(What), Frameworks, D);
  std::vector<AdviceT> Advice;
  for (const std::string &Framework : Frameworks)
    if (Map.has(Framework)) {
      AdviceT One;
      One.framework = Framework;
      One.text = Map.text(Framework);
      Advice.push_back(std::move(One));
    }
  if (Advice.empty() && Node.IsMap())
    D.error(Node, std::string(What) + " gives no advice");
  return Advice;
}

static void readNamespaces(const YAML::Node &Node, LibraryFile &File,
                           Diagnostics &D) {
  if (!Node.IsMap()) {
    D.error(Node, "'namespaces' must be a mapping alias: canonical");
    return;
  }
  for (const auto &Pair : Node) {
    std::string Alias = readText(Pair.first, "namespaces", D);
    std::string Canonical = readText(Pair.second, Alias, D);
    if (Alias.empty() || Canonical.empty())
      continue;
    for (const auto &[Text, At] :
         {std::pair(&Alias, Pair.first), {&Canonical, Pair.second}})
      if (!isQualifiedName(*Text))
        D.error(At, "'" + *Text + "' is no namespace");
    if (!File.Namespaces.emplace(Alias, Canonical).second)
      D.error(Pair.first, "key '" + Alias + "' is here for the second time");
  }
}

static void readAdviceTable(const YAML::Node &Node, LibraryFile &File,
                            Diagnostics &D) {
  if (!Node.IsMap()) {
    D.error(Node, "'advice' must be a mapping name: {framework: text}");
    return;
  }
  for (const auto &Pair : Node) {
    std::string Name = readText(Pair.first, "advice", D);
    if (!File.Advice
             .emplace(Name, readAdvice(Pair.second, "advice '" + Name + "'", D))
             .second)
      D.error(Pair.first, "key '" + Name + "' is here for the second time");
  }
}

static void readLibraryName(const MapReader &Map, LibraryFile &File,
                            bool AnyFileName, Diagnostics &D) {
  static const std::regex Form("[a-z0-9][a-z0-9_.+-]*");
  if (!Map.require("library"))
    return;
  File.Library = Map.text("library");
  if (!File.Library.empty() && !std::regex_match(File.Library, Form))
    D.error(Map.at("library"),
            "'library' must be lower-case letters, digits and - _ . +");
  std::string Stem = std::filesystem::path(D.file()).stem().string();
  if (!AnyFileName && !File.Library.empty() && Stem != File.Library)
    D.error(Map.at("library"), "library '" + File.Library +
                                   "' must have the name of its file, '" +
                                   Stem + "'");
}

static void readEach(const MapReader &Map, const std::string &Key,
                     LibraryFile &File, const std::vector<std::string> &Rows,
                     Diagnostics &D, decltype(readFunctionEntry) Read) {
  if (!Map.has(Key))
    return;
  if (!Map.at(Key).IsSequence()) {
    D.error(Map.at(Key), "'" + Key + "' must be a list of entries");
    return;
  }
  for (const YAML::Node &Node : Map.at(Key))
    Read(Node, File, Rows, D);
}

LibraryFile readLibraryFile(const YAML::Node &Root,
                            const std::vector<std::string> &Rows,
                            bool AnyFileName, Diagnostics &D) {
  LibraryFile File;
  MapReader Map(Root, "a library file",
                {"schema", "library", "title", "language", "source", "soname",
                 "provenance", "proof", "namespaces", "advice", "functions",
                 "types"},
                D);
  if (!Root.IsMap())
    return File;
  if (Map.require("schema") && Map.integer("schema", 1) != 1)
    D.error(Map.at("schema"), "this version of Gridlock reads schema 1 only");
  readLibraryName(Map, File, AnyFileName, D);
  if (Map.require("title"))
    Map.text("title");
  if (Map.require("language"))
    File.IsC = Map.word("language", {"c", "c++"}, 0) == 0;
  if (Map.require("source"))
    File.Source = readAddress(Map, "source", "", D);
  File.Soname = Map.text("soname");
  File.Provenance =
      provenanceWords()[Map.word("provenance", provenanceWords(), 0)];
  if (!Map.has("proof"))
    D.error(Map.node(),
            "a library file needs the key 'proof'; for a library of "
            "your own: proof: {kind: none}");
  else
    readProof(Map.at("proof"), File.ProofKind, File.Proof, D);
  if (Map.has("namespaces"))
    readNamespaces(Map.at("namespaces"), File, D);
  if (Map.has("advice"))
    readAdviceTable(Map.at("advice"), File, D);
  if (!Map.has("functions") && !Map.has("types"))
    D.error(Root, "a library file needs 'functions' or 'types'");
  readEach(Map, "functions", File, Rows, D, readFunctionEntry);
  readEach(Map, "types", File, Rows, D, readTypeEntry);
  return File;
}

} // namespace gridlock::rules

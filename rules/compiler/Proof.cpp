// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `proof:` and `source:`: where a name was taken from and what shows that it
// exists.
#include "rules/Spelling.h"
#include "rules/compiler/LibraryFile.h"

#include <regex>

namespace gridlock::rules {

static bool isAddress(const std::string &Text) {
  static const std::regex Form("https?://[^\\s]+");
  return std::regex_match(Text, Form);
}

std::string readAddress(const MapReader &Map, const std::string &Key,
                        std::string Default, Diagnostics &D) {
  if (!Map.has(Key))
    return Default;
  std::string Text = Map.text(Key);
  if (!Text.empty() && !isAddress(Text))
    D.error(Map.at(Key), "'" + Key + "' must be an address (https://...)");
  return Text;
}

static void checkForm(const MapReader &Map, const std::string &Key,
                      const char *Form, const char *Say, Diagnostics &D) {
  if (!Map.require(Key))
    return;
  std::string Text = Map.text(Key);
  if (!Text.empty() && !std::regex_match(Text, std::regex(Form)))
    D.error(Map.at(Key), "'" + Key + "' must be " + Say);
}

static std::string readHeaderProof(const YAML::Node &Node, Diagnostics &D) {
  MapReader Map(Node, "a header proof",
                {"kind", "package", "include", "cflags"}, D);
  std::vector<std::string> Packages;
  if (!Map.has("package")) {
    D.error(Node, "a header proof needs the key 'package', of Debian; for a "
                  "library of your own write proof: {kind: none}");
  } else {
    if (Map.at("package").IsSequence())
      Packages = Map.texts("package");
    else
      Packages = {Map.text("package")};
  }
  std::vector<std::string> Includes;
  if (Map.require("include"))
    Includes = Map.texts("include");
  Map.texts("cflags");
  std::string Text = Packages.empty() ? "" : Packages.front();
  for (const std::string &Include : Includes)
    Text += " <" + Include + ">";
  return Text;
}

static std::string readSourceProof(const YAML::Node &Node, Diagnostics &D) {
  MapReader Map(Node, "a source proof",
                {"kind", "repository", "commit", "path", "line"}, D);
  checkForm(Map, "repository", "[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", "owner/name",
            D);
  checkForm(Map, "commit", "[0-9a-f]{40}", "40 hexadecimal digits in quotes",
            D);
  if (Map.require("path"))
    Map.text("path");
  if (Map.require("line") && Map.integer("line", 1) < 1)
    D.error(Map.at("line"), "'line' counts from 1");
  return Map.text("repository") + "@" + Map.text("commit") + ":" +
         Map.text("path") + ":" + std::to_string(Map.integer("line", 0));
}

static std::string readDocumentProof(const YAML::Node &Node, Diagnostics &D) {
  MapReader Map(Node, "a document proof", {"kind", "url"}, D);
  Map.require("url");
  return readAddress(Map, "url", "", D);
}

void readProof(const YAML::Node &Node, std::string &Kind, std::string &Text,
               Diagnostics &D) {
  static const std::vector<std::string> Kinds{"header", "source", "document",
                                              "none"};
  if (!Node.IsMap() || !Node["kind"]) {
    D.error(Node, "'proof' must be a mapping with the key 'kind' (one of " +
                      joined(Kinds) + ")");
    return;
  }
  Kind = Node["kind"].IsScalar() ? Node["kind"].Scalar() : "";
  if (Kind == "header")
    Text = readHeaderProof(Node, D);
  else if (Kind == "source")
    Text = readSourceProof(Node, D);
  else if (Kind == "document")
    Text = readDocumentProof(Node, D);
  else if (Kind == "none")
    MapReader(Node, "proof 'none'", {"kind"}, D);
  else
    D.unknownWord(Node["kind"], "kind of proof", Kind, Kinds);
}

} // namespace gridlock::rules

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/GuideFile.h"

#include <filesystem>
#include <regex>

namespace gridlock::rules {

static std::unique_ptr<GuideRowT> readRow(const YAML::Node &Node,
                                          Diagnostics &D) {
  static const std::regex RowForm("[a-z0-9][a-z0-9.-]*");
  static const std::regex CheckForm("gridlock-[a-z-]+");
  MapReader Map(Node, "a guide row", {"row", "operation", "note", "checks"}, D);
  auto Row = std::make_unique<GuideRowT>();
  if (!Node.IsMap())
    return Row;
  if (Map.require("row")) {
    Row->id = Map.text("row");
    if (!Row->id.empty() && !std::regex_match(Row->id, RowForm))
      D.error(Map.at("row"),
              "'row' must be lower-case letters, digits, - and .");
  }
  if (Map.require("operation"))
    Row->operation = Map.text("operation");
  Row->note = Map.text("note");
  Row->checks = Map.texts("checks");
  for (const std::string &Check : Row->checks)
    if (!std::regex_match(Check, CheckForm))
      D.error(Map.at("checks"),
              "'" + Check + "' is no check's name (gridlock-...)");
  return Row;
}

std::vector<std::unique_ptr<GuideRowT>> readGuideFile(const YAML::Node &Root,
                                                      Diagnostics &D) {
  std::vector<std::unique_ptr<GuideRowT>> Rows;
  MapReader Map(Root, "a guide table",
                {"schema", "table", "title", "section", "rows"}, D);
  if (!Root.IsMap())
    return Rows;
  if (Map.require("schema") && Map.integer("schema", 1) != 1)
    D.error(Map.at("schema"), "this version of Gridlock reads schema 1 only");
  std::string Table = Map.require("table") ? Map.text("table") : "";
  std::string Stem = std::filesystem::path(D.file()).stem().string();
  if (!Table.empty() && Table != Stem)
    D.error(Map.at("table"), "table '" + Table +
                                 "' must have the name of its file, '" + Stem +
                                 "'");
  std::string Title = Map.require("title") ? Map.text("title") : "";
  std::string Section = Map.require("section") ? Map.text("section") : "";
  if (!Map.require("rows"))
    return Rows;
  if (!Map.at("rows").IsSequence()) {
    D.error(Map.at("rows"), "'rows' must be a list of rows");
    return Rows;
  }
  std::map<std::string, YAML::Mark> First;
  for (const YAML::Node &Node : Map.at("rows")) {
    auto Row = readRow(Node, D);
    auto [Position, IsNew] = First.emplace(Row->id, Node.Mark());
    if (!IsNew && !Row->id.empty())
      D.error(Node, "row '" + Row->id +
                        "' is here for the second time; first at " +
                        place(Position->second));
    Row->id = Table + "/" + Row->id;
    Row->title = Title;
    Row->section = Section;
    Rows.push_back(std::move(Row));
  }
  return Rows;
}

} // namespace gridlock::rules

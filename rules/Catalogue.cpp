// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/Catalogue.h"

#include <algorithm>
#include <cstdint>
#include <unordered_set>

namespace gridlock::rules {

// The compiled catalogue, written by gridlock-rulec as 64-bit words.
alignas(16) static const std::uint64_t EmbeddedWords[] = {
#include "catalogue.inc"
};

Catalogue Catalogue::embedded() {
  Catalogue Result;
  Result.Tables.push_back({{}, GetRuleTable(EmbeddedWords)});
  return Result;
}

std::string Catalogue::add(std::vector<unsigned char> Buffer) {
  flatbuffers::Verifier Verifier(Buffer.data(), Buffer.size());
  if (Buffer.size() < 8 || !RuleTableBufferHasIdentifier(Buffer.data()))
    return "not a compiled rule table; make one with 'gridlock rules compile'";
  if (!VerifyRuleTableBuffer(Verifier))
    return "the compiled rule table is truncated or corrupt; compile it again";
  const RuleTable *Root = GetRuleTable(Buffer.data());
  if (Root->version() != CatalogueVersion)
    return "the rule table has version " + std::to_string(Root->version()) +
           ", this Gridlock reads version " + std::to_string(CatalogueVersion) +
           "; compile it again";
  // Moving the vector keeps its bytes, so Root stays valid.
  Tables.push_back(
      {std::make_shared<const std::vector<unsigned char>>(std::move(Buffer)),
       Root});
  return "";
}

static std::string_view nameOf(const Entry *E) {
  return E->name()->string_view();
}

std::vector<const Entry *>
Catalogue::find(std::string_view QualifiedName) const {
  for (auto Table = Tables.rbegin(); Table != Tables.rend(); ++Table) {
    const auto *Entries = Table->Root->entries();
    if (!Entries)
      continue;
    auto First = std::lower_bound(
        Entries->begin(), Entries->end(), QualifiedName,
        [](const Entry *E, std::string_view Name) { return nameOf(E) < Name; });
    std::vector<const Entry *> Found;
    for (; First != Entries->end() && nameOf(*First) == QualifiedName; ++First)
      Found.push_back(*First);
    if (!Found.empty())
      return Found;
  }
  return {};
}

std::vector<const Entry *> Catalogue::all() const {
  std::vector<const Entry *> Result;
  std::unordered_set<std::string_view> Hidden; // by later tables
  for (auto Table = Tables.rbegin(); Table != Tables.rend(); ++Table) {
    const auto *Entries = Table->Root->entries();
    if (!Entries)
      continue;
    std::size_t Before = Result.size();
    for (const Entry *E : *Entries)
      if (!Hidden.count(nameOf(E)))
        Result.push_back(E);
    for (std::size_t I = Before; I < Result.size(); ++I)
      Hidden.insert(nameOf(Result[I]));
  }
  std::stable_sort(
      Result.begin(), Result.end(),
      [](const Entry *A, const Entry *B) { return nameOf(A) < nameOf(B); });
  return Result;
}

std::vector<const GuideRow *> Catalogue::guide() const {
  std::vector<const GuideRow *> Result;
  for (const Loaded &Table : Tables)
    if (const auto *Rows = Table.Root->guide())
      Result.insert(Result.end(), Rows->begin(), Rows->end());
  return Result;
}

} // namespace gridlock::rules

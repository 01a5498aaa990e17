// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files in, one sorted table out. All use of yaml-cpp stays inside readDocument
// and the readers it calls, within one try block.
#include "rules/YamlLoader.h"

#include "rules/Catalogue.h"
#include "rules/compiler/GuideFile.h"
#include "rules/compiler/LibraryFile.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gridlock::rules {

void readDocument(const std::string &File, std::vector<RuleError> &Errors,
                  const DocumentReader &Reader) {
  Diagnostics D(File, Errors);
  std::error_code Ignored;
  std::ifstream Stream(File, std::ios::binary);
  if (!Stream || std::filesystem::is_directory(File, Ignored)) {
    Errors.push_back({File, 0, 0, "cannot be read; name a YAML file"});
    return;
  }
  try {
    std::vector<YAML::Node> Documents = YAML::LoadAll(Stream);
    if (Documents.empty() || Documents.front().IsNull())
      Errors.push_back({File, 1, 1, "the file is empty"});
    else if (Documents.size() > 1)
      D.error(Documents[1],
              "the file holds one document, this is a second one");
    else
      Reader(Documents.front(), D);
  } catch (const YAML::Exception &E) {
    D.error(E.mark.is_null() ? YAML::Mark() : E.mark,
            "not valid YAML: " + E.msg);
  }
}

static bool sameConditions(const EntryT &A, const EntryT &B) {
  return std::equal(A.when.begin(), A.when.end(), B.when.begin(), B.when.end(),
                    [](const auto &X, const auto &Y) {
                      return X->kind == Y->kind && X->arg == Y->arg &&
                             X->value == Y->value && X->name == Y->name;
                    });
}

// Variants of one name must differ in `when:`. ENTRIES are sorted by name.
static void checkDuplicates(const std::vector<ParsedEntry> &Entries,
                            std::vector<RuleError> &Errors) {
  for (std::size_t I = 0; I < Entries.size(); ++I)
    for (std::size_t J = I + 1;
         J < Entries.size() && Entries[J].Entry->name == Entries[I].Entry->name;
         ++J) {
      const EntryT &First = *Entries[I].Entry, &Second = *Entries[J].Entry;
      if (First.kind != Second.kind || !sameConditions(First, Second) ||
          (Entries[I].Alias && Entries[J].Alias)) // said of the names themselves
        continue;
      Diagnostics D(Second.file, Errors);
      D.error(Entries[J].At, "'" + Second.name + "' has an entry already, at " +
                                 First.file + ":" + place(Entries[I].At) +
                                 "; variants of a name must differ in 'when'");
    }
}

static std::vector<unsigned char> pack(RuleTableT &Table) {
  flatbuffers::FlatBufferBuilder Builder;
  Table.version = CatalogueVersion;
  FinishRuleTableBuffer(Builder, CreateRuleTable(Builder, &Table));
  return {Builder.GetBufferPointer(),
          Builder.GetBufferPointer() + Builder.GetSize()};
}

std::vector<unsigned char> packEntries(std::vector<EntryT> Entries) {
  if (Entries.empty())
    return {};
  RuleTableT Table;
  for (EntryT &Entry : Entries)
    Table.entries.push_back(std::make_unique<EntryT>(std::move(Entry)));
  std::stable_sort(
      Table.entries.begin(), Table.entries.end(),
      [](const auto &A, const auto &B) { return A->name < B->name; });
  return pack(Table);
}

std::variant<std::vector<unsigned char>, std::vector<RuleError>>
compileRules(const std::vector<std::string> &Files,
             const CompileOptions &Options) {
  std::vector<RuleError> Errors;
  RuleTableT Table;
  std::vector<std::string> Rows = Options.GuideRows;
  for (const std::string &File : Options.GuideFiles)
    readDocument(File, Errors, [&](const YAML::Node &Root, Diagnostics &D) {
      for (auto &Row : readGuideFile(Root, D)) {
        Rows.push_back(Row->id);
        Table.guide.push_back(std::move(Row));
      }
    });
  std::vector<ParsedEntry> Entries;
  for (const std::string &File : Files)
    readDocument(File, Errors, [&](const YAML::Node &Root, Diagnostics &D) {
      LibraryFile Library = readLibraryFile(Root, Rows, Options.AnyFileName, D);
      std::move(Library.Entries.begin(), Library.Entries.end(),
                std::back_inserter(Entries));
    });
  // By name; variants stay in the order they were written in.
  std::stable_sort(Entries.begin(), Entries.end(),
                   [](const auto &A, const auto &B) {
                     return A.Entry->name < B.Entry->name;
                   });
  checkDuplicates(Entries, Errors);
  if (!Errors.empty())
    return Errors;
  for (ParsedEntry &Parsed : Entries)
    Table.entries.push_back(std::move(Parsed.Entry));
  return pack(Table);
}

} // namespace gridlock::rules

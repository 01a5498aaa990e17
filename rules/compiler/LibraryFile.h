// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads one library file (schema/library.schema.json) into entries, one for
// each name and spelling. Errors go to Diagnostics; entries of a file with
// errors are useless.
#ifndef GRIDLOCK_RULES_COMPILER_LIBRARYFILE_H
#define GRIDLOCK_RULES_COMPILER_LIBRARYFILE_H

#include "catalogue_generated.h"
#include "rules/compiler/YamlReader.h"

#include <memory>

namespace gridlock::rules {

struct ParsedEntry {
  std::unique_ptr<EntryT> Entry;
  YAML::Mark At; // of its name
  bool Alias;    // made from `namespaces:`
};

/// What the entries of a file have in common.
struct LibraryFile {
  std::string Library;
  bool IsC = false;
  std::string Source, Soname, Provenance;
  std::string ProofKind, Proof;
  std::map<std::string, std::string> Namespaces; // alias -> canonical
  std::map<std::string, std::vector<AdviceT>> Advice;
  std::vector<ParsedEntry> Entries;
};

/// ROWS: the row ids `guide:` may name; empty: any of the right form.
LibraryFile readLibraryFile(const YAML::Node &Root,
                            const std::vector<std::string> &Rows,
                            bool AnyFileName, Diagnostics &D);

// Parts, each with its file.

/// EntryReader.cpp: one element of `functions:`; appends to File.Entries.
void readFunctionEntry(const YAML::Node &Node, LibraryFile &File,
                       const std::vector<std::string> &Rows, Diagnostics &D);
/// TypeReader.cpp: one element of `types:`.
void readTypeEntry(const YAML::Node &Node, LibraryFile &File,
                   const std::vector<std::string> &Rows, Diagnostics &D);
/// Conditions.cpp: the list under `unless:` or `when:`.
std::vector<ConditionT> readConditions(const YAML::Node &Node,
                                       std::string_view Key, Diagnostics &D);

/// EntryReader.cpp: the keys that functions and types share. Adds one entry for
/// each of `names:` and each spelling of it; BASE has everything but the name.
void addEntries(const MapReader &Map, const EntryT &Base, LibraryFile &File,
                const std::vector<std::string> &Rows, Diagnostics &D);

std::unique_ptr<EntryT> copyOf(const EntryT &Entry);

/// Proof.cpp
void readProof(const YAML::Node &Node, std::string &Kind, std::string &Text,
               Diagnostics &D);
/// Proof.cpp: a `source:` is the address of a page.
std::string readAddress(const MapReader &Map, const std::string &Key,
                        std::string Default, Diagnostics &D);
/// LibraryFile.cpp: a mapping framework -> text.
std::vector<AdviceT> readAdvice(const YAML::Node &Node, std::string_view What,
                                Diagnostics &D);

/// True for a qualified name as facts have it: no template arguments, no
/// arguments.
bool isQualifiedName(const std::string &Name);

const std::vector<std::string> &provenanceWords();

} // namespace gridlock::rules

#endif

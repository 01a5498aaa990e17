// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiled rule catalogue as every consumer sees it: the embedded table
// plus any user tables added after it. Depends on FlatBuffers' headers only.
//
// Threads: immutable after construction; concurrent lookups are fine.
// Cost: lookup is a binary search per table, O(log entries).
#ifndef GRIDLOCK_RULES_CATALOGUE_H
#define GRIDLOCK_RULES_CATALOGUE_H

#include "catalogue_generated.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock::rules {

/// Version of the compiled form; a table of another version is refused.
inline constexpr unsigned CatalogueVersion = 1;

class Catalogue {
public:
  /// The catalogue that was compiled into this binary.
  static Catalogue embedded();

  /// Adds a compiled table (a `GLKR` buffer, as compileRules makes it). An
  /// entry of a later table hides entries of the same name in earlier ones.
  /// Returns an empty string, or why the buffer was refused.
  std::string add(std::vector<unsigned char> Buffer);

  /// All entries of exactly this qualified name (overload variants with
  /// different conditions share a name), or an empty vector.
  std::vector<const Entry *> find(std::string_view QualifiedName) const;

  /// Every entry, sorted by name.
  std::vector<const Entry *> all() const;

  /// The guide's rows in the order of its tables; rows have the ids that
  /// `Entry.guide` names. Only the embedded table has any.
  std::vector<const GuideRow *> guide() const;

private:
  struct Loaded {
    // Null for the embedded table. Shared, so that copies of a catalogue are
    // cheap and keep Root valid.
    std::shared_ptr<const std::vector<unsigned char>> Owned;
    const RuleTable *Root; // into Owned or the embedded bytes
  };
  std::vector<Loaded> Tables; // later ones win
};

} // namespace gridlock::rules

#endif

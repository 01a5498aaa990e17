// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading and writing facts files (facts.fbs). A FactsFile owns or maps one
// verified buffer; what a caller can reach through it is safe to read: buffer
// structure, version, and every index (strings, files, types, symbols, blocks)
// were checked. writeFacts() checks that too and seals what is sound with a
// hash: a sealed file is checked by its seal, in a fraction of the time. The
// seal tells damage, not malice. FactsVersion is part of it, so a later version
// whose checks are stricter must have another number.
//
// Threads: immutable after load. Errors: returned as text, never thrown.
#ifndef GRIDLOCK_FACTS_FACTSFILE_H
#define GRIDLOCK_FACTS_FACTSFILE_H

#include "facts_generated.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gridlock {

/// Version written and the only one read; see the policy in facts.fbs.
inline constexpr std::uint32_t FactsVersion = 1;

class FactsFile {
public:
  /// Maps PATH and verifies it. On failure the string says what is wrong with
  /// which file and what to do ("...: truncated or corrupt; remove it and run
  /// again").
  static std::variant<FactsFile, std::string> load(const std::string &Path);

  /// Verifies a buffer, sealed or not. NAME is used in messages.
  static std::variant<FactsFile, std::string>
  fromBuffer(std::vector<std::uint8_t> Bytes, std::string Name);

  const facts::File &root() const { return *Root; }
  const std::string &name() const { return Name; }
  std::string_view string(std::uint32_t Index) const {
    return Strings && Index < Strings->size()
               ? Strings->Get(Index)->string_view()
               : std::string_view();
  }

  /// The path of the translation unit's main file, as recorded.
  std::string_view mainFile() const;

  /// The build targets that the unit is compiled for, as far as who loaded the
  /// file knows; not part of the facts.
  const std::vector<std::string> &targets() const { return Targets; }
  void addTarget(std::string Name) { Targets.push_back(std::move(Name)); }

  /// All that root() leads to.
  std::span<const std::uint8_t> bytes() const { return Bytes; }
  /// The bytes that are mapped; 0 for a buffer.
  std::size_t mappedSize() const { return IsMapped ? Bytes.size() : 0; }
  /// Lets go of the memory of a mapped file; what is looked at again is read
  /// again.
  void giveBack() const;

private:
  void setRoot(const facts::File &File) {
    Root = &File;
    Strings = File.strings();
  }

  std::span<const std::uint8_t> Bytes;
  bool IsMapped = false;
  std::shared_ptr<const void> Storage; // mapping or vector
  const facts::File *Root = nullptr;
  const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>> *Strings =
      nullptr;
  std::string Name;
  std::vector<std::string> Targets;
};

/// Serialises what the extractor or a test built.
std::vector<std::uint8_t> packFacts(const facts::FileT &File);

/// Writes through a temporary and rename, so that a reader never sees half a
/// file. Returns an empty string or the error.
std::string writeFacts(const facts::FileT &File, const std::string &Path);

/// Text form of a file, one line an event; stable, used by tests and
/// `gridlock facts dump`.
std::string dumpFacts(const FactsFile &File);

} // namespace gridlock

#endif

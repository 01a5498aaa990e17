// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsFile.h"
#include "checks/facts/FactsShare.h"
#include "checks/facts/FactsStructure.h"
#include "checks/facts/FactsVerify.h"
#include "checks/facts/Range.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace gridlock {

namespace {

constexpr const char *Again = "remove it and run the extraction again";
constexpr const char *Corrupt =
    "truncated or corrupt; remove it and run the extraction again";

// The length in front tells a cut file from a whole one, and lets files that
// a linker has concatenated be told apart.
constexpr std::size_t Prefix = sizeof(flatbuffers::uoffset_t);

// Behind the buffer in a file that was verified when it was written: what is
// still as it was need not be verified again.
struct Seal {
  static constexpr char Name[] = "GLKFseal";
  char Magic[8];
  std::uint64_t Hash; // of the buffer, and of whose checks it has passed

  static Seal of(std::span<const std::uint8_t> Buffer) {
    Seal Result{
        {}, XXH3_64bits_withSeed(Buffer.data(), Buffer.size(), FactsVersion)};
    std::memcpy(Result.Magic, Name, sizeof(Magic));
    return Result;
  }
};

// Takes the seal off the end of BYTES, if there is one: true if nothing was
// changed since it was put there.
std::optional<bool> takeSeal(std::span<const std::uint8_t> &Bytes) {
  if (Bytes.size() < Prefix + sizeof(Seal))
    return std::nullopt;
  const auto Buffer = Bytes.first(Bytes.size() - sizeof(Seal));
  const std::uint8_t *Found = Buffer.data() + Buffer.size();
  if (std::memcmp(Found, Seal::Name, sizeof(Seal::Magic)) != 0)
    return std::nullopt;
  Bytes = Buffer;
  const Seal Right = Seal::of(Buffer);
  return std::memcmp(&Right, Found, sizeof(Seal)) == 0;
}

// Depth: Value -> captures -> Value nests with lambdas inside lambdas.
constexpr unsigned MaxDepth = 256;

/// Checks structure, version and indices of a buffer; empty = fine.
std::string verifyBuffer(std::span<const std::uint8_t> Buffer) {
  const std::uint8_t *Data = Buffer.data();
  const std::size_t Size = Buffer.size();
  if (Size < Prefix + 8 ||
      !flatbuffers::BufferHasIdentifier(Data, facts::FileIdentifier(), true))
    return std::string("not a facts file, or truncated; ") + Again;
  if (flatbuffers::GetPrefixedSize(Data) != Size - Prefix ||
      !isSoundFacts(Data, Size, MaxDepth))
    return Corrupt;
  const facts::File &Root = *facts::GetSizePrefixedFile(Data);
  if (Root.version() != FactsVersion)
    return "facts version " + std::to_string(Root.version()) +
           ", this gridlock reads version " + std::to_string(FactsVersion) +
           "; " + Again;
  if (std::string Problem = findBadIndex(Root); !Problem.empty())
    return "corrupt (" + Problem + "); " + Again;
  return {};
}

std::string systemError(const std::string &Path) {
  return Path + ": " + std::strerror(errno);
}

} // namespace

std::variant<FactsFile, std::string> FactsFile::load(const std::string &Path) {
  int Descriptor = ::open(Path.c_str(), O_RDONLY | O_CLOEXEC);
  if (Descriptor < 0)
    return systemError(Path);
  struct stat Status {};
  if (::fstat(Descriptor, &Status) != 0 || !S_ISREG(Status.st_mode)) {
    ::close(Descriptor);
    return Path + ": not a regular file";
  }
  std::size_t Size = static_cast<std::size_t>(Status.st_size);
  void *Data =
      Size == 0 ? MAP_FAILED
                : ::mmap(nullptr, Size, PROT_READ, MAP_PRIVATE | MAP_POPULATE,
                         Descriptor, 0); // all of it is read right away
  ::close(Descriptor);
  if (Size == 0)
    return Path + ": empty; " + Again;
  if (Data == MAP_FAILED)
    return systemError(Path);
  FactsFile Result;
  Result.Storage = std::shared_ptr<const void>(
      Data, [Size](const void *P) { ::munmap(const_cast<void *>(P), Size); });
  Result.Name = Path;
  const auto *Bytes = static_cast<const std::uint8_t *>(Data);
  std::span<const std::uint8_t> Buffer(Bytes, Size);
  const std::optional<bool> IsAsWritten = takeSeal(Buffer);
  std::string Problem;
  if (!IsAsWritten)
    Problem = verifyBuffer(Buffer);
  else if (!*IsAsWritten)
    Problem = Corrupt;
  if (!Problem.empty())
    return Path + ": " + Problem;
  Result.setRoot(*facts::GetSizePrefixedFile(Bytes));
  Result.Bytes = {Bytes, Size};
  Result.IsMapped = true;
  Result.giveBack();
  return Result;
}

std::string_view FactsFile::mainFile() const {
  const auto Sources = each(Root->files());
  const std::uint32_t Main = Root->main_file();
  return Main < Sources.size() ? string(Sources[Main]->path())
                               : std::string_view();
}

void FactsFile::giveBack() const {
  if (IsMapped)
    ::madvise(const_cast<std::uint8_t *>(Bytes.data()), Bytes.size(),
              MADV_DONTNEED);
}

std::variant<FactsFile, std::string>
FactsFile::fromBuffer(std::vector<std::uint8_t> Bytes, std::string Name) {
  auto Owned = std::make_shared<std::vector<std::uint8_t>>(std::move(Bytes));
  std::span<const std::uint8_t> Buffer(*Owned);
  takeSeal(Buffer); // those of files only are trusted
  if (std::string Problem = verifyBuffer(Buffer); !Problem.empty())
    return Name + ": " + Problem;
  FactsFile Result;
  Result.setRoot(*facts::GetSizePrefixedFile(Owned->data()));
  Result.Bytes = *Owned;
  Result.Storage = std::move(Owned);
  Result.Name = std::move(Name);
  return Result;
}

std::vector<std::uint8_t> packFacts(const facts::FileT &File) {
  flatbuffers::FlatBufferBuilder Builder(1 << 16);
  Builder.FinishSizePrefixed(facts::CreateFile(Builder, &File),
                             facts::FileIdentifier());
  return shareEqual(Builder.GetBufferPointer());
}

std::string writeFacts(const facts::FileT &File, const std::string &Path) {
  std::vector<std::uint8_t> Bytes = packFacts(File);
  if (verifyBuffer(Bytes).empty()) {
    const Seal Mark = Seal::of(Bytes);
    const auto *From = reinterpret_cast<const std::uint8_t *>(&Mark);
    Bytes.insert(Bytes.end(), From, From + sizeof(Mark));
  }
  std::string Temporary = Path + ".tmp" + std::to_string(::getpid());
  FILE *Out = std::fopen(Temporary.c_str(), "wbe");
  if (!Out)
    return systemError(Temporary);
  bool Written =
      std::fwrite(Bytes.data(), 1, Bytes.size(), Out) == Bytes.size();
  Written &= std::fclose(Out) == 0;
  if (Written && std::rename(Temporary.c_str(), Path.c_str()) == 0)
    return {};
  std::string Problem = systemError(Path);
  std::remove(Temporary.c_str());
  return Problem;
}

} // namespace gridlock

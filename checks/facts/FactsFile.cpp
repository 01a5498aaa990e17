// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsFile.h"
#include "checks/facts/FactsStructure.h"
#include "checks/facts/FactsVerify.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gridlock {

namespace {

// Depth: Value -> captures -> Value nests with lambdas inside lambdas.
constexpr unsigned MaxDepth = 256;

/// Checks structure, version and indices of a buffer; empty = fine.
std::string verifyBuffer(const std::uint8_t *Data, std::size_t Size) {
  const char *Again = "remove it and run the extraction again";
  // The length in front tells a cut file from a whole one, and lets files that
  // a linker has concatenated be told apart.
  constexpr std::size_t Prefix = sizeof(flatbuffers::uoffset_t);
  if (Size < Prefix + 8 ||
      !flatbuffers::BufferHasIdentifier(Data, facts::FileIdentifier(), true))
    return "not a facts file, or truncated; " + std::string(Again);
  if (flatbuffers::GetPrefixedSize(Data) != Size - Prefix ||
      !isSoundFacts(Data, Size, MaxDepth))
    return "truncated or corrupt; " + std::string(Again);
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
    return Path + ": empty; remove it and run the extraction again";
  if (Data == MAP_FAILED)
    return systemError(Path);
  FactsFile Result;
  Result.Storage = std::shared_ptr<const void>(
      Data, [Size](const void *P) { ::munmap(const_cast<void *>(P), Size); });
  Result.Name = Path;
  const auto *Bytes = static_cast<const std::uint8_t *>(Data);
  if (std::string Problem = verifyBuffer(Bytes, Size); !Problem.empty())
    return Path + ": " + Problem;
  Result.setRoot(*facts::GetSizePrefixedFile(Bytes));
  Result.Mapped = {Bytes, Size};
  Result.giveBack();
  return Result;
}

void FactsFile::giveBack() const {
  if (!Mapped.empty())
    ::madvise(const_cast<std::uint8_t *>(Mapped.data()), Mapped.size(),
              MADV_DONTNEED);
}

std::variant<FactsFile, std::string>
FactsFile::fromBuffer(std::vector<std::uint8_t> Bytes, std::string Name) {
  auto Owned = std::make_shared<std::vector<std::uint8_t>>(std::move(Bytes));
  if (std::string Problem = verifyBuffer(Owned->data(), Owned->size());
      !Problem.empty())
    return Name + ": " + Problem;
  FactsFile Result;
  Result.setRoot(*facts::GetSizePrefixedFile(Owned->data()));
  Result.Storage = std::move(Owned);
  Result.Name = std::move(Name);
  return Result;
}

std::vector<std::uint8_t> packFacts(const facts::FileT &File) {
  flatbuffers::FlatBufferBuilder Builder(1 << 16);
  Builder.FinishSizePrefixed(facts::CreateFile(Builder, &File),
                             facts::FileIdentifier());
  return {Builder.GetBufferPointer(),
          Builder.GetBufferPointer() + Builder.GetSize()};
}

std::string writeFacts(const facts::FileT &File, const std::string &Path) {
  std::vector<std::uint8_t> Bytes = packFacts(File);
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

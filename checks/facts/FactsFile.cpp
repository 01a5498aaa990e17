// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsFile.h"
#include "checks/facts/FactsSeal.h"
#include "checks/facts/FactsShare.h"
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

namespace gridlock {

namespace {

std::string systemError(const std::string &Path) {
  return Path + ": " + std::strerror(errno);
}

} // namespace

std::variant<FactsFile, std::string> FactsFile::load(const std::string &Path) {
  int Descriptor = ::open(Path.c_str(), O_RDONLY | O_CLOEXEC);
  if (Descriptor < 0)
    return systemError(Path);
  struct stat Status{};
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
    return Path + ": empty; " + ExtractAgain;
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
    Problem = CorruptFacts;
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
  sealFacts(Bytes);
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

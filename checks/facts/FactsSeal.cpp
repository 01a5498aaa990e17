// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsSeal.h"
#include "checks/facts/FactsFile.h"
#include "checks/facts/FactsVerify.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace gridlock {

namespace {

// What is still as it was when it was sealed need not be verified again.
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

bool startsWithSeal(std::span<const std::uint8_t> Bytes) {
  return Bytes.size() >= sizeof(Seal) &&
         std::memcmp(Bytes.data(), Seal::Name, sizeof(Seal::Magic)) == 0;
}

} // namespace

void sealFacts(std::vector<std::uint8_t> &Buffer) {
  if (!verifyBuffer(Buffer).empty())
    return;
  const Seal Mark = Seal::of(Buffer);
  const auto *From = reinterpret_cast<const std::uint8_t *>(&Mark);
  Buffer.insert(Buffer.end(), From, From + sizeof(Mark));
}

std::optional<bool> takeSeal(std::span<const std::uint8_t> &Bytes) {
  if (Bytes.size() < FactsPrefix + sizeof(Seal) ||
      !startsWithSeal(Bytes.last(sizeof(Seal))))
    return std::nullopt;
  const auto Found = Bytes.last(sizeof(Seal));
  Bytes = Bytes.first(Bytes.size() - sizeof(Seal));
  const Seal Right = Seal::of(Bytes);
  return std::memcmp(&Right, Found.data(), sizeof(Seal)) == 0;
}

std::size_t sizeOfFirst(std::span<const std::uint8_t> Bytes) {
  if (Bytes.size() < 3 * FactsPrefix ||
      !flatbuffers::BufferHasIdentifier(Bytes.data(), facts::FileIdentifier(),
                                        true))
    return 0;
  const std::size_t Size =
      FactsPrefix +
      flatbuffers::ReadScalar<flatbuffers::uoffset_t>(Bytes.data());
  return Size < Bytes.size() && startsWithSeal(Bytes.subspan(Size))
             ? Size + sizeof(Seal)
             : Size;
}

} // namespace gridlock

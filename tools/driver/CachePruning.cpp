// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/CachePruning.h"

#include <algorithm>
#include <map>
#include <set>

namespace fs = std::filesystem;

namespace gridlock::driver {

namespace {

struct Unit {
  fs::file_time_type Used = fs::file_time_type::min();
  std::uint64_t Bytes = 0;
  std::vector<fs::path> Files;
};

/// The units in the cache, by their path without `.json`, `.log`, `.glkf`.
std::map<fs::path, Unit> unitsIn(const fs::path &Folder) {
  std::map<fs::path, Unit> Units;
  std::error_code Error;
  for (const auto &Sub : fs::directory_iterator(Folder, Error)) {
    if (!Sub.path().filename().string().starts_with("llvm-"))
      continue;
    for (const auto &Entry : fs::directory_iterator(Sub.path(), Error)) {
      std::error_code Gone;
      const auto Time = Entry.last_write_time(Gone);
      const auto Bytes = Entry.file_size(Gone);
      if (Gone)
        continue;
      fs::path Stem = Entry.path();
      Unit &U = Units[Stem.replace_extension()];
      U.Used = std::max(U.Used, Time);
      U.Bytes += Bytes;
      U.Files.push_back(Entry.path());
    }
  }
  return Units;
}

} // namespace

void pruneCache(const fs::path &Folder, const std::vector<fs::path> &UsedLogs,
                const CacheLimits &Limits) {
  const auto Now = fs::file_time_type::clock::now();
  std::error_code Ignored;
  std::set<fs::path> Used;
  for (fs::path Log : UsedLogs) {
    fs::last_write_time(Log, Now, Ignored);
    Used.insert(Log.replace_extension());
  }
  std::vector<Unit> Oldest;
  std::uint64_t All = 0;
  for (auto &[Stem, U] : unitsIn(Folder)) {
    All += U.Bytes;
    if (!Used.contains(Stem))
      Oldest.push_back(std::move(U));
  }
  std::stable_sort(
      Oldest.begin(), Oldest.end(),
      [](const Unit &A, const Unit &B) { return A.Used < B.Used; });
  for (const Unit &U : Oldest) {
    if (All <= Limits.Bytes && U.Used >= Now - Limits.Unused)
      break;
    All -= U.Bytes;
    for (const fs::path &File : U.Files)
      fs::remove(File, Ignored);
  }
}

} // namespace gridlock::driver

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/Files.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::driver {

std::optional<std::string> readFile(const fs::path &Path) {
  std::error_code Ignored;
  if (fs::is_directory(Path, Ignored))
    return std::nullopt;
  std::ifstream In(Path, std::ios::binary);
  if (!In)
    return std::nullopt;
  std::string Text{std::istreambuf_iterator<char>(In), {}};
  if (In.bad())
    return std::nullopt;
  return Text;
}

std::string writeIfChanged(const fs::path &Path, std::string_view Content) {
  if (const auto Old = readFile(Path); Old && *Old == Content)
    return {};
  fs::path Temporary = Path;
  Temporary += ".tmp" + std::to_string(::getpid());
  std::error_code Error;
  {
    std::ofstream Out(Temporary, std::ios::binary | std::ios::trunc);
    Out.write(Content.data(), static_cast<std::streamsize>(Content.size()));
    Out.flush();
    if (!Out) {
      const std::string Why = std::strerror(errno);
      Out.close();
      fs::remove(Temporary, Error);
      return "cannot write '" + Path.string() + "': " + Why;
    }
  }
  fs::rename(Temporary, Path, Error);
  if (!Error)
    return {};
  std::string Message =
      "cannot write '" + Path.string() + "': " + Error.message();
  fs::remove(Temporary, Error);
  return Message;
}

fs::path canonicalPath(const fs::path &Path) {
  std::error_code Error;
  fs::path Result = fs::weakly_canonical(Path, Error);
  if (Error)
    Result = fs::absolute(Path, Error).lexically_normal();
  if (!Result.has_filename() && Result.has_relative_path())
    Result = Result.parent_path(); // "/a/b/" names the same as "/a/b"
  return Result;
}

bool isWithin(const fs::path &Path, const fs::path &Directory) {
  return std::mismatch(Directory.begin(), Directory.end(), Path.begin(),
                       Path.end())
             .first == Directory.end();
}

std::string hashName(std::string_view Text) {
  std::uint64_t Hash = 0xcbf29ce484222325u;
  for (const char C : Text) {
    Hash ^= static_cast<unsigned char>(C);
    Hash *= 0x100000001b3u;
  }
  std::string Name(16, '0');
  for (int I = 15; I >= 0; --I, Hash >>= 4)
    Name[static_cast<std::size_t>(I)] = "0123456789abcdef"[Hash & 15];
  return Name;
}

} // namespace gridlock::driver

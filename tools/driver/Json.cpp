// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/Json.h"

#include <algorithm>

namespace gridlock::driver {

std::variant<nlohmann::json, std::string> parseJson(const std::string &Text,
                                                    const std::string &Name) {
  try {
    return nlohmann::json::parse(Text);
  } catch (const nlohmann::json::parse_error &E) {
    // The library's own text starts "[json.exception...] parse error at line
    // ...".
    std::string What = E.what();
    if (const std::size_t Colon = What.find(": "); Colon != std::string::npos)
      What = What.substr(Colon + 2);
    const std::size_t Byte = std::min(E.byte ? E.byte - 1 : 0, Text.size());
    const std::string Before = Text.substr(0, Byte);
    const std::size_t Newline = Before.rfind('\n');
    const std::size_t Column =
        Byte - (Newline == std::string::npos ? 0 : Newline + 1) + 1;
    return Name + ":" +
           std::to_string(1 + std::count(Before.begin(), Before.end(), '\n')) +
           ":" + std::to_string(Column) + ": not valid JSON: " + What;
  }
}

std::string asUtf8(const std::string &Text) {
  using Json = nlohmann::json;
  return Json::parse(
             Json(Text).dump(-1, ' ', false, Json::error_handler_t::replace))
      .get<std::string>();
}

} // namespace gridlock::driver

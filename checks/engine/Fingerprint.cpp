// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Fingerprint.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace gridlock {

std::string fingerprint(std::string_view Rule, std::string_view Function,
                        std::string_view Operation, unsigned Ordinal) {
  std::uint64_t Hash = 0xcbf29ce484222325u;
  auto Mix = [&](std::string_view Text) {
    for (unsigned char C : Text)
      Hash = (Hash ^ C) * 0x100000001b3u;
    Hash *= 0x100000001b3u; // the zero byte
  };
  Mix("gridlock/" + std::to_string(FingerprintScheme));
  Mix(Rule);
  Mix(Function);
  Mix(Operation);
  Mix(std::to_string(Ordinal));
  std::string Text(16, '0');
  for (int I = 15; I >= 0; --I, Hash >>= 4)
    Text[I] = "0123456789abcdef"[Hash & 15];
  return Text;
}

void finishFindings(std::vector<Finding> &Findings) {
  auto Key = [](const Finding &F) {
    return std::tie(F.Where, F.Rule, F.Message, F.Function, F.Operation);
  };
  std::stable_sort(Findings.begin(), Findings.end(),
                   [&](const Finding &A, const Finding &B) {
                     if (Key(A) != Key(B))
                       return Key(A) < Key(B);
                     return A.Confidence > B.Confidence;
                   });
  Findings.erase(std::unique(Findings.begin(), Findings.end(),
                             [&](const Finding &A, const Finding &B) {
                               return Key(A) == Key(B);
                             }),
                 Findings.end());
  std::map<std::tuple<std::string, std::string, std::string>, unsigned> Seen;
  for (Finding &F : Findings)
    F.Fingerprint =
        fingerprint(F.Rule, F.Function, F.Operation,
                    Seen[std::make_tuple(F.Rule, F.Function, F.Operation)]++);
}

} // namespace gridlock

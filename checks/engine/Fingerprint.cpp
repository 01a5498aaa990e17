// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Fingerprint.h"

#include <algorithm>
#include <functional>
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

namespace {

// What makes a finding in one instantiation of a template equal to that in
// another: its message without template arguments.
std::string withoutTemplateArguments(std::string_view Message) {
  std::string Result;
  unsigned Depth = 0;
  for (char C : Message)
    if (C == '<')
      ++Depth;
    else if (C == '>' && Depth != 0)
      --Depth;
    else if (Depth == 0)
      Result += C;
  return Result;
}

} // namespace

void finishFindings(std::vector<Finding> &Findings) {
  auto Key = [](const Finding &F) {
    return std::make_tuple(std::cref(F.Where), std::cref(F.Rule),
                           withoutTemplateArguments(F.Message),
                           std::cref(F.Function), std::cref(F.Operation));
  };
  // Of equal ones the most certain is kept.
  std::stable_sort(Findings.begin(), Findings.end(),
                   [&](const Finding &A, const Finding &B) {
                     auto OfA = Key(A), OfB = Key(B);
                     if (OfA != OfB)
                       return OfA < OfB;
                     if (A.Confidence != B.Confidence)
                       return A.Confidence > B.Confidence;
                     return A.Message < B.Message;
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

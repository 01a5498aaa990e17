// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Fingerprint.h"

#include "checks/engine/TemplateText.h"

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

constexpr unsigned MaxOthers = 3; // that are told in full

bool isSameDefect(const Finding &A, const Finding &B) {
  const auto HasSides = [](const Finding &F) {
    return std::any_of(F.Notes.begin(), F.Notes.end(),
                       [](const Note &N) { return N.Side != 0; });
  };
  return A.Where == B.Where && A.Rule == B.Rule && A.Function == B.Function &&
         A.Operation == B.Operation && !A.Operation.empty() && !HasSides(A) &&
         !HasSides(B);
}

/// OTHERS, which are about the same defect, become notes of F.
void addOthers(Finding &F, const std::vector<Finding> &Others) {
  for (std::size_t I = 0; I < Others.size() && I < MaxOthers; ++I) {
    const Finding &O = Others[I];
    F.Notes.push_back(
        {O.Notes.empty() ? Location() : O.Notes.front().Where,
         "also: " + O.Message.substr(0, O.Message.find("; instead: "))});
  }
  if (Others.size() > MaxOthers)
    F.Notes.push_back(
        {{},
         "and " + std::to_string(Others.size() - MaxOthers) + " more ways"});
}

/// One operation at one place is one defect, however many instances of a
/// template or roots lead to it: the surest finding is kept. The sides of a
/// deadlock are its own.
void mergePlaces(std::vector<Finding> &Findings) {
  std::vector<Finding> Result;
  for (std::size_t I = 0; I < Findings.size();) {
    std::size_t End = I + 1; // of those at this place
    while (End < Findings.size() && Findings[End].Where == Findings[I].Where &&
           Findings[End].Rule == Findings[I].Rule)
      ++End;
    if (End == I + 1) {
      Result.push_back(std::move(Findings[I]));
      I = End;
      continue;
    }
    std::vector<bool> Taken(End - I);
    for (std::size_t J = I; J < End; ++J) {
      if (Taken[J - I])
        continue;
      std::vector<Finding> Same;
      for (std::size_t K = J; K < End; ++K)
        if (!Taken[K - I] &&
            (K == J || isSameDefect(Findings[J], Findings[K]))) {
          Taken[K - I] = true;
          Same.push_back(Findings[K]);
        }
      std::stable_sort(Same.begin(), Same.end(),
                       [](const Finding &A, const Finding &B) {
                         return A.Confidence > B.Confidence;
                       });
      Result.push_back(std::move(Same.front()));
      Same.erase(Same.begin());
      addOthers(Result.back(), Same);
    }
    I = End;
  }
  Findings = std::move(Result);
}

/// What waits for ever at a place is told as that, not also as something that
/// waits, or may, while the lock is held.
void dropConsequences(std::vector<Finding> &Findings) {
  constexpr std::string_view Causes[] = {"gridlock-self-deadlock",
                                         "gridlock-lock-order"};
  auto RankOf = [&](const Finding &F) { // 0: no cause
    if (F.Confidence < Precision::High)
      return 0;
    return F.Rule == Causes[0] ? 2 : F.Rule == Causes[1] ? 1 : 0;
  };
  for (std::size_t I = 0; I < Findings.size();) {
    std::size_t End = I;
    int Cause = 0;
    for (; End < Findings.size() && Findings[End].Where == Findings[I].Where;
         ++End)
      Cause = std::max(Cause, RankOf(Findings[End]));
    for (; I < End; ++I)
      if ((Cause > 0 && Findings[I].Rule == "gridlock-callback-under-lock") ||
          (Cause > 1 && Findings[I].Rule == "gridlock-blocking-under-lock"))
        Findings[I].Rule.clear();
  }
  std::erase_if(Findings, [](const Finding &F) { return F.Rule.empty(); });
}

} // namespace

void finishFindings(std::vector<Finding> &Findings) {
  // A finding in one instantiation of a template is equal to that in another.
  struct Keyed {
    std::string Text; // the message without template arguments
    Finding Of;
    auto key() const {
      return std::tie(Of.Where, Of.Rule, Text, Of.Function, Of.Operation);
    }
  };
  std::vector<Keyed> All;
  All.reserve(Findings.size());
  for (Finding &F : Findings) {
    std::string Text = cutTemplates(F.Message, 0, "");
    All.push_back({std::move(Text), std::move(F)});
  }
  // Of equal ones the most certain is kept.
  std::stable_sort(All.begin(), All.end(), [](const Keyed &A, const Keyed &B) {
    if (auto Order = A.key() <=> B.key(); Order != 0)
      return Order < 0;
    if (A.Of.Confidence != B.Of.Confidence)
      return A.Of.Confidence > B.Of.Confidence;
    return A.Of.Message < B.Of.Message;
  });
  Findings.clear();
  for (std::size_t I = 0; I < All.size();) {
    const std::size_t Kept = I++;
    while (I < All.size() && All[I].key() == All[Kept].key())
      ++I;
    Findings.push_back(std::move(All[Kept].Of));
  }
  mergePlaces(Findings);
  dropConsequences(Findings);
  std::map<std::tuple<std::string, std::string, std::string>, unsigned> Seen;
  for (Finding &F : Findings)
    F.Fingerprint =
        fingerprint(F.Rule, F.Function, F.Operation,
                    Seen[std::make_tuple(F.Rule, F.Function, F.Operation)]++);
}

} // namespace gridlock

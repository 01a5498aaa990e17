// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/LinkUnits.h"

#include "checks/facts/Range.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace gridlock {

namespace {

/// How many leading folders two paths share.
std::size_t sharedFolders(std::string_view A, std::string_view B) {
  auto [End, Other] = std::mismatch(A.begin(), A.end(), B.begin(), B.end());
  return static_cast<std::size_t>(std::count(A.begin(), End, '/'));
}

bool overlap(const std::set<std::string_view> &A,
             const std::set<std::string_view> &B) {
  return std::any_of(A.begin(), A.end(),
                     [&](std::string_view Item) { return B.contains(Item); });
}

/// Whether two units of one file came out alike: what flags change shows in
/// names, texts, or the number of functions.
bool alike(const FactsFile &A, const FactsFile &B) {
  const auto Texts = each(A.root().strings()),
             Others = each(B.root().strings());
  if (each(A.root().functions()).size() != each(B.root().functions()).size() ||
      Texts.size() != Others.size())
    return false;
  for (std::uint32_t I = 0; I < Texts.size(); ++I)
    if (A.string(I) != B.string(I))
      return false;
  return true;
}

} // namespace

LinkUnits::LinkUnits(const std::vector<const FactsFile *> &Files) {
  std::map<std::string_view, std::vector<std::uint32_t>> ByFile;
  for (std::uint32_t U = 0; U < Files.size(); ++U) {
    UnitData Unit{Files[U]->mainFile(), 0, {}, U, {}};
    Unit.BuiltFor.insert(Files[U]->targets().begin(),
                         Files[U]->targets().end());
    std::vector<std::uint32_t> &Earlier = ByFile[Unit.MainFile];
    // Units of one file are one thing unless it is certain that they are not.
    const auto Same =
        std::find_if(Earlier.begin(), Earlier.end(), [&](std::uint32_t Other) {
          const bool Apart = !Unit.BuiltFor.empty() &&
                             !Units[Other].BuiltFor.empty() &&
                             !overlap(Unit.BuiltFor, Units[Other].BuiltFor);
          if (Apart && alike(*Files[U], *Files[Other]))
            Unit.AlikeTo = Units[Other].AlikeTo;
          return !Apart || Unit.AlikeTo != U;
        });
    Unit.Variant = Same == Earlier.end() ? freshVariant(Unit.MainFile)
                                         : Units[*Same].Variant;
    Earlier.push_back(U);
    TargetsOf[{Unit.MainFile, Unit.Variant}].insert(Unit.BuiltFor.begin(),
                                                    Unit.BuiltFor.end());
    Units.push_back(std::move(Unit));
  }
}

std::uint32_t LinkUnits::freshVariant(std::string_view MainFile) {
  return Variants[MainFile]++;
}

LinkUnits::Home LinkUnits::home(std::uint32_t Unit,
                                std::string_view File) const {
  // Headers are shared by what includes them.
  return {File, File == Units[Unit].MainFile ? Units[Unit].Variant : 0};
}

void LinkUnits::defined(std::uint32_t Name, std::uint32_t Unit,
                        std::string_view File) {
  if (First.size() <= Name)
    First.resize(Name + 1);
  const Home Here = home(Unit, File);
  if (First[Name].File.data() == nullptr)
    First[Name] = Here;
  else if (First[Name] != Here)
    Several[Name].insert({First[Name], Here});
  if (mayBeSeparated(Unit) && File == Units[Unit].MainFile)
    Units[Unit].Defined.insert(Name);
}

bool LinkUnits::mayBeSeparated(std::uint32_t Unit) const {
  return Units[Unit].AlikeTo != Unit || Units[Unit].BuiltFor.size() > 1;
}

std::vector<std::uint32_t>
LinkUnits::settle(const std::vector<Names> &NamesOf) {
  std::vector<std::uint32_t> Copies;
  const std::size_t Given = Units.size();
  for (bool Changed = any(); Changed;) {
    Changed = false;
    for (std::uint32_t U = 0; U < Units.size(); ++U) {
      if (!mayBeSeparated(U))
        continue;
      const std::uint32_t Of = U < Given ? U : Copies[U - Given];
      const std::uint32_t Other = Units[U].AlikeTo;
      if (Other != U &&
          meant(Units[U], NamesOf[Of], Units[U].BuiltFor) !=
              meant(Units[U], NamesOf[Of], Units[Other].BuiltFor)) {
        Units[U].AlikeTo = U;
        separate(Units[U]);
        Changed = true;
      }
      if (separateTargets(U, NamesOf[Of])) {
        Copies.push_back(Of);
        Changed = true;
      }
    }
  }
  return Copies;
}

// What a unit means by the ambiguous names it uses, if it is built for these
// targets.
std::vector<LinkUnits::Home> LinkUnits::meant(const UnitData &Unit,
                                              const Names &Used,
                                              const Targets &BuiltFor) const {
  std::vector<Home> Result;
  for (std::uint32_t Name : Used)
    if (isAmbiguous(Name) && !Unit.Defined.contains(Name))
      Result.push_back(homeFor(Name, Unit.MainFile, BuiltFor));
  return Result;
}

// Moves the targets for which UNIT means something else than for its first one
// to a unit of their own, the last. The rest of those is for the next round.
bool LinkUnits::separateTargets(std::uint32_t Unit, const Names &Used) {
  const Targets All = Units[Unit].BuiltFor;
  Targets Others;
  if (All.size() > 1) {
    const auto First = meant(Units[Unit], Used, {*All.begin()});
    std::copy_if(std::next(All.begin()), All.end(),
                 std::inserter(Others, Others.end()), [&](auto Target) {
                   return meant(Units[Unit], Used, {Target}) != First;
                 });
  }
  if (Others.empty())
    return false;
  UnitData Copy = Units[Unit];
  for (std::string_view Target : Others)
    Units[Unit].BuiltFor.erase(Target);
  Copy.BuiltFor = std::move(Others);
  Copy.AlikeTo = static_cast<std::uint32_t>(Units.size());
  separate(Copy);
  Units.push_back(std::move(Copy));
  return true;
}

void LinkUnits::separate(UnitData &Unit) {
  for (std::string_view Target : Unit.BuiltFor)
    TargetsOf[{Unit.MainFile, Unit.Variant}].erase(Target);
  Unit.Variant = freshVariant(Unit.MainFile);
  const Home Own{Unit.MainFile, Unit.Variant};
  TargetsOf[Own] = Unit.BuiltFor;
  for (std::uint32_t Name : Unit.Defined)
    Several[Name].insert({First[Name], Own});
}

LinkUnits::Home LinkUnits::homeOf(std::uint32_t Name,
                                  std::uint32_t Unit) const {
  return homeFor(Name, Units[Unit].MainFile, Units[Unit].BuiltFor);
}

LinkUnits::Home LinkUnits::homeFor(std::uint32_t Name,
                                   std::string_view MainFile,
                                   const Targets &BuiltFor) const {
  auto Homes = Several.find(Name);
  if (Homes == Several.end())
    return {};
  const auto Nearness = [&](const Home &H) {
    const auto Built = TargetsOf.find(H);
    return std::make_tuple(Built != TargetsOf.end() &&
                               overlap(Built->second, BuiltFor),
                           sharedFolders(H.File, MainFile));
  };
  return *std::max_element(
      Homes->second.begin(), Homes->second.end(),
      [&](const Home &A, const Home &B) { return Nearness(A) < Nearness(B); });
}

} // namespace gridlock

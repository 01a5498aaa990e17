// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsFile.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/cli/RulesActions.h"

#include <cstdio>
#include <set>

namespace gridlock::cli {

namespace {
// Collects lines; the same operation on the same line is said once.
class Matcher {
public:
  Matcher(const rules::Catalogue &Rules, const FactsFile &Facts)
      : Rules(Rules), Facts(Facts), Root(Facts.root()) {}

  void function(const facts::Function &F) {
    type(F.coroutine_type(), F.begin());
    if (F.symbol())
      signature(*Root.symbols()->Get(F.symbol()), F.begin());
    if (F.locals())
      for (const facts::Local *L : *F.locals())
        type(L->type(), L->loc());
    if (!F.blocks())
      return;
    for (const facts::Block *B : *F.blocks())
      if (B->events())
        for (const facts::Event *E : *B->events())
          event(*E);
  }

  const std::set<std::string> &lines() const { return Lines; }

private:
  void event(const facts::Event &E) {
    if (!E.symbol())
      return;
    const facts::Symbol &S = *Root.symbols()->Get(E.symbol());
    name(Facts.string(S.qualified()), E.loc());
    signature(S, E.loc());
  }

  // Types in a declaration.
  void signature(const facts::Symbol &S, const facts::Loc *At) {
    type(S.result_type(), At);
    if (S.params())
      for (const facts::Parameter *P : *S.params())
        type(P->type(), At);
  }

  // The type's entry, or that of what it points or refers to.
  void type(std::uint32_t Index, const facts::Loc *At) {
    for (unsigned Depth = 0; Index && Depth < 4; ++Depth) {
      const facts::Type &T = *Root.types()->Get(Index);
      name(Facts.string(T.name()), At);
      Index = T.pointee();
    }
  }

  void name(std::string_view Name, const facts::Loc *At) {
    for (const rules::Entry *E : Rules.find(Name)) {
      std::string Line = E->op()->str() + " ";
      if (At && At->line() && At->file() < Root.files()->size())
        Line +=
            std::string(Facts.string(Root.files()->Get(At->file())->path()));
      Lines.insert(Line + ":" + std::to_string(At ? At->line() : 0));
    }
  }

  const rules::Catalogue &Rules;
  const FactsFile &Facts;
  const facts::File &Root;
  std::set<std::string> Lines;
};
} // namespace

int matchFacts(const rules::Catalogue &Rules, const std::string &FactsPath) {
  auto Loaded = FactsFile::load(FactsPath);
  if (auto *Error = std::get_if<std::string>(&Loaded))
    return fail(*Error);
  const FactsFile &Facts = std::get<FactsFile>(Loaded);
  Matcher M(Rules, Facts);
  if (Facts.root().functions())
    for (const facts::Function *F : *Facts.root().functions())
      M.function(*F);
  for (const std::string &Line : M.lines())
    std::printf("%s\n", Line.c_str());
  if (Facts.root().status() != facts::ParseStatus::Ok) {
    std::fprintf(stderr,
                 "gridlock: %s: the source has errors, so facts are missing\n",
                 FactsPath.c_str());
    return SomeFailed;
  }
  return Clean;
}

} // namespace gridlock::cli

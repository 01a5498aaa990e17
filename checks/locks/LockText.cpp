// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockText.h"

#include "checks/engine/Trace.h"

namespace gridlock {

using facts::PlaceRoot;
using facts::StepKind;

namespace {

std::string rootText(const Program &P, const ProgramFunction &F,
                     const AccessPath &Lock) {
  auto Text = [&](std::uint32_t S) { return std::string(P.text(F.Unit, S)); };
  auto Locals = each(F.Fact->locals());
  auto Captures = each(F.Fact->captures());
  auto Params = each(P.symbol(F.Symbol).Fact->params());
  if (Lock.Root == PlaceRoot::Local && Lock.Id < Locals.size())
    return Text(Locals[Lock.Id]->name());
  if (Lock.Root == PlaceRoot::Capture && Lock.Id < Captures.size())
    return Text(Captures[Lock.Id]->name());
  if (Lock.Root == PlaceRoot::Param && Lock.Id < Params.size())
    return std::string(
        P.text(P.symbol(F.Symbol).Unit, Params[Lock.Id]->name()));
  return {};
}

} // namespace

std::string quoteLock(const Program &P, FunctionId F, const AccessPath &Lock) {
  if (LockName Name = nameOf(Lock); !Name.Text.empty())
    return "'" + LockModel::display(Name) + "'";
  std::string Text = rootText(P, P.function(F), Lock);
  bool Arrow = false;
  for (const PathStep &S : Lock.Steps) {
    if (S.Kind == StepKind::Field) {
      Text += Text.empty() ? "" : Arrow ? "->" : ".";
      Text += S.Name;
    } else if (S.Kind != StepKind::Deref && S.Kind != StepKind::Base) {
      Text += "[...]";
    }
    Arrow = S.Kind == StepKind::Deref;
  }
  return Text.empty() ? "a lock" : "'" + Text + "'";
}

std::string describeLock(const Program &P, FunctionId F,
                         const AccessPath &Lock) {
  std::string Text = quoteLock(P, F, Lock);
  return Text.starts_with('\'') ? "lock " + Text : Text;
}

std::string modeText(rules::LockMode Mode) {
  switch (Mode) {
  case rules::LockMode::Shared:
    return " in shared mode";
  case rules::LockMode::Upgrade:
    return " in upgrade mode";
  case rules::LockMode::Exclusive:
    break;
  }
  return {};
}

bool isInC(const Program &P, FunctionId F) {
  return P.unit(P.function(F).Unit).mainFile().ends_with(".c");
}

void addTrace(const LockModel &Model, ChainId Chain, const std::string &What,
              std::vector<Note> &Notes, unsigned Side) {
  const Program &P = Model.program();
  while (Chain != 0) {
    const ChainLink &Link = Model.chain(Chain);
    const ProgramFunction &F = P.function(Link.Function);
    std::string Text = describe(P, F.Symbol);
    if (!Link.Site)
      Text += " is declared to hold " + What;
    else if (Link.Next == 0)
      Text += " takes " + What;
    else {
      std::string Next =
          describe(P, P.function(Model.chain(Link.Next).Function).Symbol);
      Text += waitedHandle(P, Link.Function, *Link.Site)
                  ? " waits here for the thread of " + Next
              : Model.threads().startedAt(*Link.Site).empty()
                  ? " calls " + Next + " here"
                  : " starts " + Next + " here";
    }
    Notes.push_back({Model.locate(Link), Text, Side});
    Chain = Link.Next;
  }
}

Location placeOf(const LockModel &Model, ChainId Chain) {
  const Program &P = Model.program();
  const ChainLink *Link = &Model.chain(Chain);
  while (!isUserCode(P, Link->Function) && Link->Next != 0)
    Link = &Model.chain(Link->Next);
  return Model.locate(*Link);
}

} // namespace gridlock

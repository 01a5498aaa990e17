// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text form of facts: stable, one line an event, for tests and for people.
#include "checks/facts/FactsFile.h"
#include "checks/facts/Range.h"

namespace gridlock {

namespace {

using namespace facts;

std::string lower(const char *Name) {
  // EnumName gives "ByReference": the dump writes "by-reference".
  std::string Out;
  for (const char *C = Name; *C; ++C) {
    if (*C >= 'A' && *C <= 'Z') {
      if (C != Name)
        Out += '-';
      Out += static_cast<char>(*C - 'A' + 'a');
    } else {
      Out += *C;
    }
  }
  return Out.empty() ? "unknown-kind" : Out;
}

class Dumper {
public:
  explicit Dumper(const FactsFile &F) : Facts(F), Root(F.root()) {}

  std::string run() {
    line("file " + path(Root.main_file()) + " version " +
         std::to_string(Root.version()) + " status " +
         lower(EnumNameParseStatus(Root.status())));
    for (std::uint32_t Note : each(Root.notes()))
      line("note " + str(Note));
    for (const Diagnostic *D : each(Root.diagnostics()))
      line((D->is_error() ? "error " : "warning ") + where(D->loc()) + " " +
           str(D->message()));
    for (const SourceFile *S : each(Root.files()))
      for (const NoLint *N : each(S->nolint()))
        line("nolint " + str(S->path()) + ":" + std::to_string(N->first()) +
             "-" + std::to_string(N->last()) + " [" + str(N->checks()) + "]");
    for (const facts::Type *T : each(Root.types()))
      type(*T);
    for (const GlobalAttributes *G : each(Root.globals()))
      attributes(G->attributes(), str(G->display()));
    for (const Symbol *S : each(Root.symbols()))
      symbol(*S);
    for (const Function *Fn : each(Root.functions()))
      function(*Fn);
    if (const Unresolved *U = Root.unresolved())
      line("unresolved indirect-calls " + std::to_string(U->indirect_calls()) +
           " dependent-functions " + std::to_string(U->dependent_functions()) +
           " unsupported " + std::to_string(U->unsupported()) +
           " external-calls " + std::to_string(U->external_calls()));
    return Out;
  }

private:
  void line(const std::string &Text) { Out += Text + '\n'; }
  std::string str(std::uint32_t I) const {
    return std::string(Facts.string(I));
  }
  std::string path(std::uint32_t File) const {
    auto Files = each(Root.files());
    return File < Files.size() ? str(Files[File]->path()) : "?";
  }
  std::string where(const Loc *L) const {
    if (!L || L->line() == 0)
      return "-";
    return path(L->file()) + ":" + std::to_string(L->line()) + ":" +
           std::to_string(L->column());
  }
  std::string typeName(std::uint32_t I) const {
    return I == 0 ? "-" : str(each(Root.types())[I]->display());
  }
  std::string symbolName(std::uint32_t I) const {
    return I == 0 ? "?" : str(each(Root.symbols())[I]->qualified());
  }

  std::string place(const Place *P) const {
    if (!P)
      return "-";
    std::string Text = lower(EnumNamePlaceRoot(P->root()));
    if (std::uint32_t Name = P->display() ? P->display() : P->name())
      Text += " '" + str(Name) + "'";
    else if (P->root() != PlaceRoot::This && P->root() != PlaceRoot::None)
      Text += " #" + std::to_string(P->id());
    for (const Step *S : each(P->path())) {
      switch (S->kind()) {
      case StepKind::Field:
        Text += "." + str(S->name());
        break;
      case StepKind::Deref:
        Text += "->";
        break;
      case StepKind::IndexConst:
        Text += "[" + std::to_string(S->index()) + "]";
        break;
      case StepKind::IndexVar:
        Text += "[" + str(S->var()) + "]";
        break;
      case StepKind::Base:
        Text += "<" + str(S->name()) + ">";
        break;
      default:
        Text += "[?]";
      }
    }
    return Text;
  }

  std::string value(const Value *V) const {
    if (!V)
      return "-";
    std::string Text;
    switch (V->kind()) {
    case ValueKind::Constant:
      Text = str(V->text());
      Text = Text.empty() ? std::to_string(V->integer()) : '"' + Text + '"';
      if (V->is_duration())
        Text += "ns";
      break;
    case ValueKind::Place:
      Text = place(V->place());
      break;
    case ValueKind::AddressOf:
      Text = "&" + place(V->place());
      break;
    case ValueKind::Callable:
      Text = "callable " + symbolName(V->symbol());
      break;
    case ValueKind::Null:
      Text = "null";
      break;
    default:
      Text = "unknown(" + lower(EnumNameUnknownReason(V->reason())) + ")";
    }
    if (V->moved())
      Text = "move " + Text;
    std::string Separator = " {";
    for (std::uint32_t Flag : each(V->flags())) {
      Text += Separator + str(Flag);
      Separator = "|";
    }
    if (Separator == "|")
      Text += "}";
    Separator = " [";
    for (const CapturedValue *C : each(V->captures())) {
      Text += Separator + lower(EnumNameCaptureMode(C->mode())) + " " +
              value(C->value());
      Separator = ", ";
    }
    if (Separator == ", ")
      Text += "]";
    Separator = " of (";
    for (const Value *Choice : each(V->choices())) {
      Text += Separator + value(Choice);
      Separator = " | ";
    }
    if (Separator == " | ")
      Text += ")";
    return Text;
  }

  void type(const facts::Type &T) {
    if (const Promise *P = T.promise())
      line("task-type " + str(T.display()) + " start " +
           lower(EnumNamePromiseStart(P->start())) +
           (P->is_generator() ? " generator" : ""));
    for (std::uint32_t Base : each(T.bases()))
      line("base " + str(T.name()) + " : " + typeName(Base));
    for (std::uint32_t Method : each(T.methods()))
      for (std::uint32_t Overridden :
           each(each(Root.symbols())[Method]->overrides()))
        line("override " + symbolName(Method) + " of " +
             symbolName(Overridden));
    attributes(T.attributes(), str(T.display()));
    for (const Field *F : each(T.fields()))
      attributes(F->attributes(), str(T.display()) + "::" + str(F->name()));
  }
  void symbol(const Symbol &S) {
    attributes(S.attributes(), str(S.qualified()));
    for (const Parameter *P : each(S.params()))
      attributes(P->attributes(),
                 str(S.qualified()) + " parameter '" + str(P->name()) + "'");
  }
  template <typename List>
  void attributes(const List *Attributes, const std::string &Of) {
    for (const Attribute *A : each(Attributes)) {
      std::string Text = "attribute of " + Of + ": " + str(A->name());
      const char *Separator = " ";
      for (const Value *V : each(A->args())) {
        Text += Separator + value(V);
        Separator = ", ";
      }
      line(Text);
    }
  }
  void event(const Event &E) {
    std::string Text = "    #" + std::to_string(E.id()) + " " + where(E.loc()) +
                       " " + lower(EnumNameEventKind(E.kind()));
    if (E.suspend() != SuspendKind::None)
      Text += " " + lower(EnumNameSuspendKind(E.suspend())) + " " +
              lower(EnumNameReadiness(E.readiness()));
    if (E.atomic() != AtomicOp::None)
      Text += " " + lower(EnumNameAtomicOp(E.atomic()));
    if (E.place())
      Text += " " + place(E.place());
    if (E.value())
      Text += " = " + value(E.value());
    if (E.symbol() != 0 || E.kind() == EventKind::Call) {
      Text += " " + symbolName(E.symbol()) + "(";
      std::string Separator;
      for (const Value *A : each(E.args())) {
        Text += Separator + value(A);
        Separator = ", ";
      }
      Text += ")";
    }
    if (E.receiver())
      Text += " on " + value(E.receiver());
    if (E.dispatch() != Dispatch::Static)
      Text += " " + lower(EnumNameDispatch(E.dispatch()));
    if (E.implicit() != ImplicitKind::None)
      Text += " implicit " + lower(EnumNameImplicitKind(E.implicit()));
    if (E.type() != 0)
      Text += " : " + typeName(E.type());
    if (E.default_args() != 0)
      Text += " default-args " + std::to_string(E.default_args());
    if (E.void_cast())
      Text += " void-cast";
    else if (E.discarded())
      Text += " discarded";
    if (E.macro() != 0)
      Text += " macro " + str(E.macro());
    if (E.text() != 0)
      Text += " '" + str(E.text()) + "'";
    line(Text);
  }

  void edge(const Edge &E) {
    std::string Text = "    -> " + std::to_string(E.to());
    if (E.kind() != EdgeKind::Always)
      Text += " " + lower(EnumNameEdgeKind(E.kind()));
    if (E.back())
      Text += " back";
    if (const Predicate *P = E.predicate()) {
      Text += std::string(" if ") + (P->negated() ? "not " : "") +
              lower(EnumNamePredicateOp(P->op())) + " " + value(P->left());
      if (P->right())
        Text += ", " + value(P->right());
    }
    line(Text);
  }

  void function(const Function &Fn) {
    std::string Text = "function " + symbolName(Fn.symbol());
    for (FunctionFlag Flag : EnumValuesFunctionFlag())
      if ((Fn.flags() & Flag) != FunctionFlag::NONE)
        Text += " " + lower(EnumNameFunctionFlag(Flag));
    if (Fn.coroutine_type() != 0)
      Text += " -> " + typeName(Fn.coroutine_type());
    line(Text + " at " + where(Fn.begin()));
    for (const Capture *C : each(Fn.captures()))
      line("  capture '" + str(C->name()) + "' " +
           lower(EnumNameCaptureMode(C->mode())) + " : " + typeName(C->type()));
    for (const Local *L : each(Fn.locals()))
      line("  local '" + str(L->name()) + "' : " + typeName(L->type()) +
           (L->is_static() ? " static" : ""));
    std::uint32_t Index = 0;
    for (const Block *B : each(Fn.blocks())) {
      line("  block " + std::to_string(Index) +
           (Index == Fn.exit() ? " exit" : "") +
           (B->no_return() ? " no-return" : ""));
      for (const Event *E : each(B->events()))
        event(*E);
      for (const Edge *E : each(B->edges()))
        edge(*E);
      ++Index;
    }
  }

  const FactsFile &Facts;
  const facts::File &Root;
  std::string Out;
};

} // namespace

std::string dumpFacts(const FactsFile &File) { return Dumper(File).run(); }

} // namespace gridlock

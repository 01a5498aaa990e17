// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsVerify.h"
#include "checks/facts/FactsFile.h"
#include "checks/facts/FactsStructure.h"
#include "checks/facts/Range.h"

#include <optional>

namespace gridlock {

namespace {

using namespace facts;

// Value -> captures -> Value nests with lambdas inside lambdas.
constexpr unsigned MaxDepth = 256;

// The engine counts blocks in 24 bits.
constexpr std::uint32_t MaxBlocks = 1u << 24;

class IndexChecker {
public:
  explicit IndexChecker(const File &F)
      : F(F), Strings(each(F.strings()).size()), Files(each(F.files()).size()),
        Types(each(F.types()).size()), Symbols(each(F.symbols()).size()) {}

  std::string run() {
    string(F.producer(), "producer");
    if (Files != 0 && F.main_file() >= Files)
      fail("main_file");
    for (std::uint32_t Note : each(F.notes()))
      string(Note, "note");
    for (const SourceFile *S : each(F.files()))
      sourceFile(*S);
    for (const Type *T : each(F.types()))
      type(*T);
    for (const Symbol *S : each(F.symbols()))
      symbol(*S);
    for (const Function *Fn : each(F.functions()))
      function(*Fn);
    for (const GlobalAttributes *G : each(F.globals())) {
      string(G->name(), "global name");
      string(G->display(), "global display");
      for (const Attribute *A : each(G->attributes()))
        attribute(*A);
    }
    for (const Diagnostic *D : each(F.diagnostics())) {
      loc(D->loc());
      string(D->message(), "diagnostic");
    }
    return Problem ? *Problem : std::string();
  }

private:
  void fail(const char *What) {
    if (!Problem)
      Problem = std::string(What) + " index out of range";
  }
  void string(std::uint32_t I, const char *What) {
    // Index 0 is the empty string even in a file without any.
    if (I != 0 && I >= Strings)
      fail(What);
  }
  void typeIndex(std::uint32_t I) {
    if (I != 0 && I >= Types)
      fail("type");
  }
  void symbolIndex(std::uint32_t I) {
    if (I != 0 && I >= Symbols)
      fail("symbol");
  }
  void loc(const Loc *L) {
    if (L && L->line() != 0 && L->file() >= Files)
      fail("file");
  }

  void sourceFile(const SourceFile &S) {
    string(S.path(), "path");
    for (const NoLint *N : each(S.nolint()))
      string(N->checks(), "nolint");
  }
  void attribute(const Attribute &A) {
    string(A.name(), "attribute");
    for (const Value *V : each(A.args()))
      value(V);
  }
  void type(const Type &T) {
    string(T.name(), "type name");
    string(T.display(), "type display");
    typeIndex(T.pointee());
    for (std::uint32_t A : each(T.args()))
      typeIndex(A);
    for (std::uint32_t B : each(T.bases()))
      typeIndex(B);
    for (const Field *Fd : each(T.fields())) {
      string(Fd->name(), "field name");
      typeIndex(Fd->type());
      loc(Fd->loc());
      for (const Attribute *A : each(Fd->attributes()))
        attribute(*A);
    }
    for (std::uint32_t M : each(T.methods()))
      symbolIndex(M);
    symbolIndex(T.destructor());
    if (T.promise())
      typeIndex(T.promise()->type());
    loc(T.loc());
    for (const Attribute *A : each(T.attributes()))
      attribute(*A);
  }
  void symbol(const Symbol &S) {
    string(S.mangled(), "mangled name");
    string(S.qualified(), "qualified name");
    string(S.display(), "display name");
    string(S.signature(), "signature");
    string(S.canonical(), "canonical signature");
    typeIndex(S.record());
    symbolIndex(S.enclosing());
    for (const Parameter *P : each(S.params())) {
      string(P->name(), "parameter name");
      typeIndex(P->type());
      for (const Attribute *A : each(P->attributes()))
        attribute(*A);
    }
    typeIndex(S.result_type());
    for (std::uint32_t O : each(S.overrides()))
      symbolIndex(O);
    for (const Attribute *A : each(S.attributes()))
      attribute(*A);
    loc(S.loc());
  }

  void place(const Place *P) {
    if (!P)
      return;
    string(P->name(), "place name");
    string(P->display(), "place display");
    typeIndex(P->type());
    // Params may exceed the symbol's list (variadic); locals and captures may
    // not.
    if (P->root() == PlaceRoot::Local && P->id() >= Locals)
      fail("local");
    if (P->root() == PlaceRoot::Capture && P->id() >= Captures)
      fail("capture");
    for (const Step *S : each(P->path())) {
      string(S->name(), "step name");
      string(S->owner(), "step owner");
      string(S->var(), "step index");
      typeIndex(S->type());
    }
  }
  // Bounded by the depth of tables, which has been looked at before.
  void value(const Value *V) {
    if (!V)
      return;
    for (std::uint32_t Flag : each(V->flags()))
      string(Flag, "flag");
    string(V->text(), "text");
    place(V->place());
    symbolIndex(V->symbol());
    for (const CapturedValue *C : each(V->captures()))
      value(C->value());
    for (const Value *Choice : each(V->choices()))
      value(Choice);
    typeIndex(V->type());
  }
  void event(const Event &E) {
    loc(E.loc());
    loc(E.spelling());
    string(E.macro(), "macro");
    symbolIndex(E.symbol());
    value(E.receiver());
    for (const Value *A : each(E.args()))
      value(A);
    place(E.place());
    value(E.value());
    typeIndex(E.type());
    typeIndex(E.awaiter_type());
    if (const Statement *Whole = E.statement()) {
      loc(Whole->begin());
      loc(Whole->end());
      loc(Whole->scope_end());
      string(Whole->object(), "statement object");
    }
    string(E.text(), "event text");
  }
  void function(const Function &Fn) {
    symbolIndex(Fn.symbol());
    loc(Fn.begin());
    loc(Fn.end());
    Locals = each(Fn.locals()).size();
    Captures = each(Fn.captures()).size();
    for (const Local *L : each(Fn.locals())) {
      string(L->name(), "local name");
      typeIndex(L->type());
      loc(L->loc());
    }
    for (const Capture *C : each(Fn.captures())) {
      string(C->name(), "capture name");
      typeIndex(C->type());
    }
    typeIndex(Fn.promise_type());
    typeIndex(Fn.coroutine_type());
    std::uint32_t Blocks = each(Fn.blocks()).size();
    if (Blocks != 0 && Fn.exit() >= Blocks)
      fail("exit block");
    if (Blocks > MaxBlocks)
      fail("block");
    for (const Block *B : each(Fn.blocks())) {
      for (const Event *E : each(B->events()))
        event(*E);
      for (const Edge *E : each(B->edges())) {
        if (E->to() >= Blocks)
          fail("edge");
        if (const Predicate *P = E->predicate()) {
          value(P->left());
          value(P->right());
          string(P->text(), "predicate text");
        }
      }
    }
  }

  const File &F;
  std::uint32_t Strings, Files, Types, Symbols;
  std::uint32_t Locals = 0, Captures = 0;
  std::optional<std::string> Problem;
};

} // namespace

std::string verifyBuffer(std::span<const std::uint8_t> Buffer) {
  const std::uint8_t *Data = Buffer.data();
  const std::size_t Size = Buffer.size();
  if (Size < FactsPrefix + 8 ||
      !flatbuffers::BufferHasIdentifier(Data, facts::FileIdentifier(), true))
    return std::string("not a facts file, or truncated; ") + ExtractAgain;
  if (flatbuffers::GetPrefixedSize(Data) != Size - FactsPrefix ||
      !isSoundFacts(Data, Size, MaxDepth))
    return CorruptFacts;
  const facts::File &Root = *facts::GetSizePrefixedFile(Data);
  if (Root.version() != FactsVersion)
    return "facts version " + std::to_string(Root.version()) +
           ", this gridlock reads version " + std::to_string(FactsVersion) +
           "; " + ExtractAgain;
  if (std::string Problem = IndexChecker(Root).run(); !Problem.empty())
    return "corrupt (" + Problem + "); " + ExtractAgain;
  return {};
}

} // namespace gridlock

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Names.h"

using namespace clang;

namespace gridlock::extract {
namespace {

/// Nesting at which template arguments are cut to "..."; keeps
/// expression-template types readable and bounded.
constexpr unsigned MaxDepth = 4;

class Writer {
public:
  explicit Writer(bool WithArgs) : WithArgs(WithArgs) {}

  void decl(const NamedDecl *D, unsigned Depth) {
    scope(D->getDeclContext(), Depth);
    unscoped(D, Depth);
  }
  void type(QualType T, unsigned Depth);
  std::string Out;

private:
  void scope(const DeclContext *DC, unsigned Depth);
  void unscoped(const NamedDecl *D, unsigned Depth);
  void record(const RecordDecl *RD, unsigned Depth);
  void args(ArrayRef<TemplateArgument> Args, unsigned Depth);
  void arg(const TemplateArgument &A, unsigned Depth);

  bool WithArgs;
};

void Writer::scope(const DeclContext *DC, unsigned Depth) {
  while (DC && !isa<NamedDecl>(DC))
    DC = DC->getParent();
  if (!DC)
    return;
  if (const auto *NS = dyn_cast<NamespaceDecl>(DC); NS && NS->isInline())
    return scope(NS->getDeclContext(), Depth);
  // An unscoped enumerator belongs to the scope around its enumeration.
  if (const auto *ED = dyn_cast<EnumDecl>(DC); ED && !ED->isScoped())
    return scope(ED->getDeclContext(), Depth);
  decl(cast<NamedDecl>(DC), Depth);
  Out += "::";
}

void Writer::record(const RecordDecl *RD, unsigned Depth) {
  const auto *CXX = dyn_cast<CXXRecordDecl>(RD);
  if (CXX && CXX->isLambda()) {
    Out += "(lambda)";
    return;
  }
  if (const TypedefNameDecl *Alias = RD->getTypedefNameForAnonDecl())
    Out += Alias->getName();
  else if (RD->getDeclName().isEmpty())
    Out += "(anonymous)";
  else
    Out += RD->getName();
  const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(RD);
  if (!WithArgs || !Spec)
    return;
  ArrayRef<TemplateArgument> List = Spec->getTemplateArgs().asArray();
  // Defaulted arguments (allocators, traits) say nothing in a message.
  if (RD->getASTContext().getSourceManager().isInSystemHeader(
          RD->getLocation())) {
    const TemplateParameterList *Params =
        Spec->getSpecializedTemplate()->getTemplateParameters();
    unsigned Dropped = 0;
    while (List.size() > 1 && List.size() == Params->size() - Dropped) {
      const auto *Parm =
          dyn_cast<TemplateTypeParmDecl>(Params->getParam(List.size() - 1));
      if (!Parm || !Parm->hasDefaultArgument())
        break;
      List = List.drop_back();
      ++Dropped;
    }
  }
  args(List, Depth);
}

void Writer::unscoped(const NamedDecl *D, unsigned Depth) {
  if (const auto *RD = dyn_cast<RecordDecl>(D))
    return record(RD, Depth);
  if (const auto *NS = dyn_cast<NamespaceDecl>(D);
      NS && NS->isAnonymousNamespace()) {
    Out += "(anonymous)";
    return;
  }
  if (isa<CXXConstructorDecl, CXXDestructorDecl>(D)) {
    if (isa<CXXDestructorDecl>(D))
      Out += '~';
    const CXXRecordDecl *Parent = cast<CXXMethodDecl>(D)->getParent();
    Out += Parent->isLambda()                ? "(lambda)"
           : Parent->getDeclName().isEmpty() ? "(anonymous)"
                                             : Parent->getName();
    return;
  }
  if (const auto *Conv = dyn_cast<CXXConversionDecl>(D)) {
    Out += "operator ";
    type(Conv->getConversionType(), Depth + 1);
    return;
  }
  if (D->getDeclName().isEmpty())
    Out += "(anonymous)";
  else
    Out += D->getDeclName().getAsString();
  if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && WithArgs)
    if (const TemplateArgumentList *List = FD->getTemplateSpecializationArgs())
      args(List->asArray(), Depth);
}

void Writer::args(ArrayRef<TemplateArgument> Args, unsigned Depth) {
  if (Depth >= MaxDepth) {
    Out += "<...>";
    return;
  }
  Out += '<';
  bool First = true;
  for (const TemplateArgument &A : Args) {
    if (A.getKind() == TemplateArgument::Pack && A.pack_size() == 0)
      continue;
    if (!First)
      Out += ", ";
    First = false;
    arg(A, Depth);
  }
  Out += '>';
}

void Writer::arg(const TemplateArgument &A, unsigned Depth) {
  switch (A.getKind()) {
  case TemplateArgument::Type:
    return type(A.getAsType(), Depth + 1);
  case TemplateArgument::Integral: {
    llvm::SmallString<32> Digits;
    A.getAsIntegral().toString(Digits, 10);
    Out += Digits.str();
    return;
  }
  case TemplateArgument::Declaration:
    Out += '&';
    return decl(A.getAsDecl(), Depth + 1);
  case TemplateArgument::NullPtr:
    Out += "nullptr";
    return;
  case TemplateArgument::Template:
    if (const TemplateDecl *TD = A.getAsTemplate().getAsTemplateDecl())
      return decl(TD, Depth + 1);
    break;
  case TemplateArgument::Pack: {
    bool First = true;
    for (const TemplateArgument &Element : A.pack_elements()) {
      if (!First)
        Out += ", ";
      First = false;
      arg(Element, Depth);
    }
    return;
  }
  default:
    break;
  }
  Out += "...";
}

void Writer::type(QualType T, unsigned Depth) {
  T = T.getCanonicalType();
  if (WithArgs && T.isConstQualified() && !T->isReferenceType())
    Out += "const ";
  const Type *Ty = T.getTypePtr();
  if (const auto *Tag = Ty->getAsTagDecl())
    return decl(Tag, Depth);
  if (const auto *BT = dyn_cast<BuiltinType>(Ty)) {
    PrintingPolicy Policy{LangOptions()};
    Policy.Bool = true;
    Out += BT->getName(Policy);
    return;
  }
  if (const auto *PT = dyn_cast<PointerType>(Ty)) {
    type(PT->getPointeeType(), Depth);
    Out += " *";
    return;
  }
  if (const auto *RT = dyn_cast<ReferenceType>(Ty)) {
    type(RT->getPointeeType(), Depth);
    Out += isa<LValueReferenceType>(RT) ? " &" : " &&";
    return;
  }
  if (const auto *AT = dyn_cast<ArrayType>(Ty)) {
    type(AT->getElementType(), Depth);
    Out += "[]";
    return;
  }
  if (const auto *Atomic = dyn_cast<AtomicType>(Ty)) {
    Out += "_Atomic ";
    return type(Atomic->getValueType(), Depth);
  }
  if (const auto *FT = dyn_cast<FunctionProtoType>(Ty)) {
    type(FT->getReturnType(), Depth + 1);
    Out += " (";
    bool First = true;
    for (QualType P : FT->param_types()) {
      if (!First)
        Out += ", ";
      First = false;
      type(P, Depth + 1);
    }
    Out += FT->isVariadic() ? (First ? "...)" : ", ...)") : ")";
    return;
  }
  if (const auto *MP = dyn_cast<MemberPointerType>(Ty)) {
    type(MP->getPointeeType(), Depth);
    Out += " member *";
    return;
  }
  Out += Ty->getTypeClassName();
}

} // namespace

std::string qualifiedName(const NamedDecl *D) {
  Writer W(false);
  W.decl(D, 0);
  return std::move(W.Out);
}

std::string displayName(const NamedDecl *D) {
  Writer W(true);
  W.decl(D, 0);
  return std::move(W.Out);
}

std::string typeName(QualType T) {
  Writer W(false);
  W.type(T, 0);
  return std::move(W.Out);
}

std::string typeDisplay(QualType T) {
  Writer W(true);
  W.type(T, 0);
  return std::move(W.Out);
}

} // namespace gridlock::extract

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/CoroutineTypes.h"
#include "checks/extract/Names.h"
#include "checks/extract/Tables.h"

using namespace clang;

namespace gridlock::extract {
namespace {

facts::TypeKind kindOf(QualType T) {
  if (T->isRecordType())
    return facts::TypeKind::Record;
  if (T->isEnumeralType())
    return facts::TypeKind::Enum;
  if (T->isBuiltinType())
    return facts::TypeKind::Builtin;
  if (T->isPointerType())
    return facts::TypeKind::Pointer;
  if (T->isLValueReferenceType())
    return facts::TypeKind::LvalueReference;
  if (T->isRValueReferenceType())
    return facts::TypeKind::RvalueReference;
  if (T->isFunctionType())
    return facts::TypeKind::Function;
  if (T->isArrayType())
    return facts::TypeKind::Array;
  return facts::TypeKind::Other;
}

bool isAtomicName(llvm::StringRef Name) {
  return Name == "std::atomic" || Name == "std::atomic_flag" ||
         Name == "std::atomic_ref" || Name == "boost::atomics::atomic" ||
         Name == "boost::atomics::atomic_flag";
}

using AttributeList = std::vector<std::unique_ptr<facts::AttributeT>>;

void fillFields(Tables &T, const RecordDecl *RD,
                llvm::function_ref<AttributeList(const Decl *)> Attributes,
                facts::TypeT &Facts) {
  for (const Decl *D : RD->decls()) {
    const auto *Value = dyn_cast<DeclaratorDecl>(D);
    const auto *Static = dyn_cast<VarDecl>(D);
    if (!Value || !(Static || isa<FieldDecl>(D)))
      continue;
    auto F = std::make_unique<facts::FieldT>();
    F->name = T.string(Value->getName());
    F->type = T.type(Value->getType());
    F->loc = T.loc(Value->getLocation());
    F->is_static = Static != nullptr;
    if (const auto *Member = dyn_cast<FieldDecl>(D))
      F->is_mutable = Member->isMutable();
    F->attributes = Attributes(Value);
    Facts.fields.push_back(std::move(F));
  }
}

} // namespace

std::uint32_t Tables::type(QualType T) {
  if (T.isNull() || T->isDependentType() || T->isUndeducedType())
    return 0;
  T = T.getCanonicalType();
  auto [It, New] = Types.try_emplace(T.getAsOpaquePtr(), Out.types.size());
  std::uint32_t Index = It->second;
  if (New) {
    Out.types.push_back(std::make_unique<facts::TypeT>());
    fillType(T, Index);
  }
  return Index;
}

void Tables::fillType(QualType T, std::uint32_t Index) {
  facts::TypeT &Facts = typeAt(Index);
  std::string Name = typeName(T);
  Facts.name = string(Name);
  Facts.display = string(typeDisplay(T));
  Facts.kind = kindOf(T);
  if (T.isConstQualified())
    Facts.flags |= facts::TypeFlag::Const;
  if (T.isVolatileQualified())
    Facts.flags |= facts::TypeFlag::Volatile;
  if (T->isAtomicType() || isAtomicName(Name))
    Facts.flags |= facts::TypeFlag::Atomic;
  if (T->isScalarType())
    Facts.flags |= facts::TypeFlag::Trivial | facts::TypeFlag::Complete;
  if (T->isPointerType() || T->isReferenceType())
    Facts.pointee = type(T->getPointeeType());
  else if (const ArrayType *Array = Ctx.getAsArrayType(T))
    Facts.pointee = type(Array->getElementType());
  else if (const CXXRecordDecl *RD = T->getAsCXXRecordDecl())
    fillRecord(RD, Index);
  else if (const auto *Plain = T->getAs<RecordType>()) // in C
    if (const RecordDecl *RD = Plain->getDecl()->getDefinition();
        RD && isProject(RD->getLocation()))
      fillFields(
          *this, RD, [&](const Decl *D) { return attributes(D); },
          typeAt(Index));
  if (const auto *Record = T->getAs<RecordType>())
    typeAt(Index).attributes = attributes(Record->getDecl());
}

void Tables::fillRecord(const CXXRecordDecl *RD, std::uint32_t Index) {
  facts::TypeT &Facts = typeAt(Index);
  const bool Project = isProject(RD->getLocation());
  if (!Project)
    Facts.flags |= facts::TypeFlag::InSystemHeader;
  if (RD->isLambda())
    Facts.flags |= facts::TypeFlag::Lambda;
  if (RD->hasAttr<WarnUnusedResultAttr>())
    Facts.flags |= facts::TypeFlag::NoDiscard;
  if (const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(RD)) {
    // nodiscard stands on the template's pattern.
    if (Spec->getSpecializedTemplate()
            ->getTemplatedDecl()
            ->hasAttr<WarnUnusedResultAttr>())
      Facts.flags |= facts::TypeFlag::NoDiscard;
    for (const TemplateArgument &A : Spec->getTemplateArgs().asArray()) {
      if (A.getKind() == TemplateArgument::Type)
        Facts.args.push_back(type(A.getAsType()));
      else if (A.getKind() == TemplateArgument::Pack)
        for (const TemplateArgument &P : A.pack_elements())
          if (P.getKind() == TemplateArgument::Type)
            Facts.args.push_back(type(P.getAsType()));
    }
  }
  if (Project)
    Facts.loc = loc(RD->getLocation());
  RD = RD->getDefinition();
  if (!RD || RD->isInvalidDecl())
    return;
  Facts.flags |= facts::TypeFlag::Complete;
  if (RD->isTriviallyCopyable() && RD->hasTrivialDestructor())
    Facts.flags |= facts::TypeFlag::Trivial;
  if (RD->isLambda())
    return;
  for (const CXXBaseSpecifier &Base : RD->bases())
    Facts.bases.push_back(type(Base.getType()));
  if (isAwaiter(RD))
    Facts.flags |= facts::TypeFlag::Awaitable;
  if (hasOperatorCoAwait(RD))
    Facts.flags |= facts::TypeFlag::OperatorCoAwait;
  Facts.promise = promise(
      Ctx.getTypeDeclType(static_cast<const TypeDecl *>(RD)).getCanonicalType(),
      RD);
  if (!Project)
    return;
  fillFields(
      *this, RD, [&](const Decl *D) { return attributes(D); }, Facts);
  if (const CXXDestructorDecl *Dtor = RD->getDestructor();
      Dtor && !Dtor->isTrivial())
    Facts.destructor = symbol(Dtor);
}

std::unique_ptr<facts::PromiseT> Tables::promise(QualType T,
                                                 const CXXRecordDecl *RD) {
  QualType Promise = promiseTypeOf(T, Ctx);
  if (Promise.isNull())
    return nullptr;
  auto P = std::make_unique<facts::PromiseT>();
  P->type = type(Promise);
  if (const CXXRecordDecl *PromiseRD = Promise->getAsCXXRecordDecl())
    describePromise(PromiseRD, RD, *P);
  return P;
}

void Tables::markCoAwaitable(QualType T) {
  if (std::uint32_t Index = type(T.getNonReferenceType().getUnqualifiedType()))
    typeAt(Index).flags |= facts::TypeFlag::OperatorCoAwait;
}

} // namespace gridlock::extract

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The attributes that say something about locks, blocking or suppression;
// others leave no fact. Names are the modern spellings, whatever the source
// uses.
#include "checks/extract/Names.h"
#include "checks/extract/Tables.h"
#include "checks/extract/Values.h"

using namespace clang;

namespace gridlock::extract {
namespace {

class AttributeReader {
public:
  explicit AttributeReader(Tables &T) : T(T), V(T, nullptr) {}

  void read(const Attr *A) {
    if (const auto *X = dyn_cast<AnnotateAttr>(A))
      return text("annotate", X->getAnnotation());
    if (const auto *X = dyn_cast<CapabilityAttr>(A))
      return text("capability", X->getName());
    if (isa<ScopedLockableAttr>(A))
      return add("scoped_lockable");
#if LLVM_VERSION_MAJOR >= 21
    if (isa<ReentrantCapabilityAttr>(A))
      return add("reentrant_capability");
#endif
    if (isa<NoThreadSafetyAnalysisAttr>(A))
      return add("no_thread_safety_analysis");
    if (const auto *X = dyn_cast<GuardedByAttr>(A))
      return list("guarded_by", X->getArg());
    if (const auto *X = dyn_cast<PtGuardedByAttr>(A))
      return list("pt_guarded_by", X->getArg());
    if (const auto *X = dyn_cast<AcquireCapabilityAttr>(A))
      return lists(X->isShared() ? "acquire_shared_capability"
                                 : "acquire_capability",
                   X->args());
    if (const auto *X = dyn_cast<ReleaseCapabilityAttr>(A))
      return lists(X->isShared() ? "release_shared_capability"
                                 : "release_capability",
                   X->args());
    if (const auto *X = dyn_cast<RequiresCapabilityAttr>(A))
      return lists(X->isShared() ? "requires_shared_capability"
                                 : "requires_capability",
                   X->args());
    if (const auto *X = dyn_cast<AssertCapabilityAttr>(A))
      return lists(X->isShared() ? "assert_shared_capability"
                                 : "assert_capability",
                   X->args());
    if (const auto *X = dyn_cast<TryAcquireCapabilityAttr>(A)) {
      list(X->isShared() ? "try_acquire_shared_capability"
                         : "try_acquire_capability",
           X->getSuccessValue());
      for (const Expr *E : X->args())
        Out.back()->args.push_back(V.valuePtr(E));
      return;
    }
    if (const auto *X = dyn_cast<LocksExcludedAttr>(A))
      return lists("locks_excluded", X->args());
    if (const auto *X = dyn_cast<AcquiredBeforeAttr>(A))
      return lists("acquired_before", X->args());
    if (const auto *X = dyn_cast<AcquiredAfterAttr>(A))
      return lists("acquired_after", X->args());
    if (const auto *X = dyn_cast<LockReturnedAttr>(A))
      return list("lock_returned", X->getArg());
  }

  std::vector<std::unique_ptr<facts::AttributeT>> Out;

private:
  void add(llvm::StringRef Name) {
    Out.push_back(std::make_unique<facts::AttributeT>());
    Out.back()->name = T.string(Name);
  }
  void text(llvm::StringRef Name, llvm::StringRef Argument) {
    add(Name);
    auto Value = std::make_unique<facts::ValueT>();
    Value->kind = facts::ValueKind::Constant;
    Value->text = T.string(Argument);
    Out.back()->args.push_back(std::move(Value));
  }
  void list(llvm::StringRef Name, const Expr *E) {
    add(Name);
    if (E)
      Out.back()->args.push_back(V.valuePtr(E));
  }
  template <typename Range>
  void lists(llvm::StringRef Name, const Range &Args) {
    add(Name);
    for (const Expr *E : Args)
      Out.back()->args.push_back(V.valuePtr(E));
  }

  Tables &T;
  Values V;
};

} // namespace

std::vector<std::unique_ptr<facts::AttributeT>>
Tables::attributes(const Decl *D) {
  AttributeReader Reader(*this);
  // Later declarations inherit what earlier ones said.
  for (const Attr *A : D->getMostRecentDecl()->attrs())
    Reader.read(A);
  return std::move(Reader.Out);
}

// Parameters inherit nothing: what any declaration says counts.
std::vector<std::unique_ptr<facts::AttributeT>>
Tables::parameterAttributes(const FunctionDecl *FD, unsigned Index) {
  AttributeReader Reader(*this);
  for (const FunctionDecl *Redecl : FD->redecls())
    if (Index < Redecl->getNumParams())
      for (const Attr *A : Redecl->getParamDecl(Index)->attrs())
        if (!A->isInherited())
          Reader.read(A);
  return std::move(Reader.Out);
}

void Tables::noteGlobal(const VarDecl *VD, std::uint32_t Name) {
  auto Attributes = attributes(VD);
  if (Attributes.empty())
    return;
  auto Global = std::make_unique<facts::GlobalAttributesT>();
  Global->name = Name;
  Global->display = string(qualifiedName(VD));
  Global->attributes = std::move(Attributes);
  Out.globals.push_back(std::move(Global));
}

} // namespace gridlock::extract

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/FieldGuards.h"

#include "checks/engine/BlockLoops.h"

#include <algorithm>
#include <optional>

namespace gridlock {

using facts::PlaceRoot;
using facts::StepKind;

namespace {

bool onlyFields(const AccessPath &Path, std::size_t From) {
  return std::all_of(
      Path.Steps.begin() + static_cast<std::ptrdiff_t>(From), Path.Steps.end(),
      [](const PathStep &S) { return S.Kind == StepKind::Field; });
}

// Whether a lock is what an attribute names, or a part of it: `Mutex` may wrap
// a std::mutex.
bool isLockOf(std::string_view Declared, std::string_view Lock) {
  return Lock == Declared || (Lock.starts_with(Declared) &&
                              Lock.substr(Declared.size()).starts_with('.'));
}

// Of "Owner::member.part": where the member's own name begins, with the colons.
std::size_t memberStart(std::string_view Name) {
  return Name.rfind("::", Name.find('.'));
}

// The fields of PATH from step I on: "Owner::a.b".
LockName fieldName(const AccessPath &Path, std::size_t I) {
  LockName Name;
  Name.Text = std::string(Path.Steps[I].Owner) + "::";
  Name.Text += Path.Steps[I].Name;
  for (++I; I < Path.Steps.size(); ++I)
    if (Path.Steps[I].Kind == StepKind::Field) {
      Name.Text += '.';
      Name.Text += Path.Steps[I].Name;
    }
  return Name;
}

} // namespace

FieldGuards::FieldGuards(LockModel &Model, const AccessScan &Scan)
    : Model(Model), P(Model.program()), Scan(Scan), Above(1),
      AboveOf(P.functions().size(), 0), Duty(P.functions().size(), 0) {
  readDeclared();
  findAbove();
  for (const Access &A : Scan.accesses())
    addCandidates(A);
  findQuestions();
  if (!hasQuestions())
    return;
  findAwaited();
  for (const Access &A : Scan.accesses())
    for (const Part &To : Parts.at(A.Path))
      if (Fields[To.Field].IsKept)
        Fields[To.Field].Uses.push_back({&A, To.Base, To.OfGlobal});
  Parts = {};
  // A use of a whole object is one of all its parts.
  for (std::uint32_t Whole : ByName)
    if (Fields[Whole].IsKept)
      eachPartOf(Whole, [&](Field &Part) {
        if (Part.IsKept)
          Part.Uses.insert(Part.Uses.end(), Fields[Whole].Uses.begin(),
                           Fields[Whole].Uses.end());
      });
}

template <typename Visit>
void FieldGuards::eachPartOf(std::uint32_t Whole, Visit Then) {
  const std::string Prefix = Fields[Whole].Name.Text + '.';
  auto It = std::lower_bound(ByName.begin(), ByName.end(), Prefix,
                             [&](std::uint32_t I, const std::string &Key) {
                               return Fields[I].Name.Text < Key;
                             });
  for (; It != ByName.end() && Fields[*It].Name.Text.starts_with(Prefix); ++It)
    Then(Fields[*It]);
}

// Fields that some lock may guard and that are written, or declared to be
// guarded. What nobody changes needs no lock.
void FieldGuards::findQuestions() {
  for (std::uint32_t I = 0; I < Fields.size(); ++I)
    ByName.push_back(I);
  std::sort(ByName.begin(), ByName.end(),
            [&](std::uint32_t X, std::uint32_t Y) {
              return Fields[X].Name.Text < Fields[Y].Name.Text;
            });
  for (std::uint32_t Whole : ByName)
    if (Fields[Whole].IsWritten)
      eachPartOf(Whole, [](Field &Part) { Part.IsWritten = true; });
  for (std::uint32_t I : ByName) {
    Field &F = Fields[I];
    if (F.Candidates.empty() ||
        (!F.IsWritten && !Declared.contains(F.Name.Text)))
      continue;
    Questions.push_back(I);
    F.IsKept = true;
  }
  for (std::uint32_t Whole : ByName)
    eachPartOf(Whole, [&](const Field &Part) {
      Fields[Whole].IsKept = Fields[Whole].IsKept || Part.IsKept;
    });
}

void FieldGuards::readDeclared() {
  auto Read = [&](std::uint32_t Unit, const std::string &Key,
                  const facts::Attribute *A) {
    auto Args = each(A->args());
    if (P.text(Unit, A->name()) != "guarded_by" || Args.size() != 1)
      return;
    LockName Lock = nameOf(AccessPath::of(P.unit(Unit), Args[0]));
    if (!Lock.Text.empty())
      Declared.emplace(Key, Lock.Text);
  };
  for (std::uint32_t U = 0; U < P.unitCount(); ++U) {
    for (const facts::Type *T : each(P.unit(U).root().types()))
      for (const facts::Field *F : each(T->fields()))
        for (const facts::Attribute *A : each(F->attributes()))
          Read(U,
               std::string(P.text(U, T->name())) +
                   "::" + std::string(P.text(U, F->name())),
               A);
    for (const facts::GlobalAttributes *G : each(P.unit(U).root().globals()))
      for (const facts::Attribute *A : each(G->attributes()))
        Read(U, std::string(P.text(U, G->name())), A);
  }
}

// What a wait on a condition variable is for: what its predicate uses, or the
// loop around it which does nothing else.
void FieldGuards::findAwaited() {
  auto Waits = [&](FunctionId F, const facts::Event &E) {
    auto Entries = P.entries(P.resolve(P.function(F).Unit, E.symbol()));
    return E.kind() == facts::EventKind::Call &&
           std::any_of(Entries.begin(), Entries.end(), [](const auto *Entry) {
             return does(*Entry, rules::Effect::WaitsReleasing);
           });
  };
  for (const SharedCall &C : Scan.calls())
    if (Waits(C.Caller, *C.Site) &&
        hasFlag(P.function(C.Callee).Flags, facts::FunctionFlag::Lambda))
      Conditions.insert(C.Callee);
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!P.callsKnown(F) || !Model.isRelevant(F) || P.isSystem(F))
      continue;
    auto Blocks = each(P.function(F).Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
      auto Events = each(Blocks[B]->events());
      if (std::none_of(Events.begin(), Events.end(),
                       [&](const auto *E) { return Waits(F, *E); }))
        continue;
      std::vector<const facts::Event *> Uses;
      bool WaitsOnly = true;
      for (std::uint32_t In : innermostLoopOf(*P.function(F).Fact, B))
        for (const facts::Event *E : each(Blocks[In]->events())) {
          WaitsOnly &= E->kind() != facts::EventKind::Write;
          Uses.push_back(E);
        }
      if (WaitsOnly)
        AwaitedAt.insert(Uses.begin(), Uses.end());
    }
  }
}

void FieldGuards::FewLocks::add(LockId L) {
  auto *End = Locks.data() + Size;
  auto *At = std::lower_bound(Locks.data(), End, L);
  if (Size >= MaxAbove || (At != End && *At == L))
    return;
  std::copy_backward(At, End, End + 1);
  *At = L;
  ++Size;
}

// Locks of which some caller has one, to know which come into question.
void FieldGuards::findAbove() {
  std::vector<FunctionId> Pending;
  std::vector<bool> Queued(AboveOf.size(), true);
  for (FunctionId F = 0; F < AboveOf.size(); ++F)
    if (!Scan.callsOf(F).empty())
      Pending.push_back(F);
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    Queued[F] = false;
    for (const SharedCall &C : Scan.callsOf(F)) {
      FewLocks Now = above(C.Callee);
      const std::size_t Before = Now.Size;
      if (Before >= MaxAbove)
        continue;
      for (const LockAt &H : Scan.locks(C.Locks))
        if (H.Must && H.Lock != UnnamedLock)
          Now.add(H.Lock);
      if (C.Callee != F)
        for (LockId L : above(F))
          Now.add(L);
      if (Now.Size == Before)
        continue;
      if (AboveOf[C.Callee] == 0) {
        AboveOf[C.Callee] = static_cast<std::uint32_t>(Above.size());
        Above.emplace_back();
      }
      Above[AboveOf[C.Callee]] = Now;
      if (!Queued[C.Callee]) {
        Queued[C.Callee] = true;
        Pending.push_back(C.Callee);
      }
    }
  }
}

void FieldGuards::addCandidates(const Access &A) {
  auto [It, New] = Parts.try_emplace(A.Path);
  if (New) {
    (void)P.function(A.Function); // the path's names are texts of its file
    It->second = partsOf(*A.Path);
  }
  for (const Part &To : It->second) {
    Field &F = Fields[To.Field];
    F.IsWritten |= A.Write;
    for (const LockAt &H : Scan.locks(A.Locks))
      if (H.Must && H.Lock != UnnamedLock && !F.Candidates.contains(H.Lock) &&
          isSameObject(H, {&A, To.Base, To.OfGlobal}))
        F.Candidates.insert(H.Lock);
    for (LockId L : above(A.Function))
      if (mayGuard(L, F))
        F.Candidates.insert(L);
  }
}

std::vector<FieldGuards::Part> FieldGuards::partsOf(const AccessPath &Path) {
  std::vector<Part> Result;
  std::uint32_t First = 0;
  for (std::uint32_t I = 0; I < Path.Steps.size(); ++I)
    if (Path.Steps[I].Kind == StepKind::Deref)
      First = I + 1;
  if (First == 0 && Path.Root == PlaceRoot::Global) {
    LockName Name;
    Name.Text = Path.Global;
    Name.IsGlobal = true;
    Name.GlobalLength = Name.Text.size();
    for (const PathStep &S : Path.Steps)
      if (S.Kind == StepKind::Field)
        (Name.Text += '.') += S.Name;
    Result.push_back({fieldOf(std::move(Name)), 0, true});
  }
  for (std::uint32_t I = First; I < Path.Steps.size(); ++I)
    if (Path.Steps[I].Kind == StepKind::Field && !Path.Steps[I].Owner.empty())
      Result.push_back({fieldOf(fieldName(Path, I)), I, false});
  return Result;
}

std::uint32_t FieldGuards::fieldOf(LockName Name) {
  auto [It, New] = FieldIds.try_emplace(
      Name.Text, static_cast<std::uint32_t>(Fields.size()));
  if (New)
    Fields.push_back({Name, classOf(Name.Text), {}, {}, false, false});
  else
    Fields[It->second].Name = std::move(Name);
  return It->second;
}

// Of a qualified name: the class is what stands before the field.
FieldGuards::ClassId FieldGuards::classOf(std::string_view Name) {
  Name = Name.substr(0, memberStart(Name));
  return Classes
      .try_emplace(std::string(Name), static_cast<ClassId>(Classes.size()))
      .first->second;
}

FieldGuards::ClassId FieldGuards::classOfLock(LockId Lock) {
  constexpr ClassId Unasked = ~ClassId(0);
  if (LockClasses.size() <= Lock)
    LockClasses.resize(Lock + 1, Unasked);
  if (LockClasses[Lock] == Unasked)
    LockClasses[Lock] = classOf(Model.name(Lock).Text);
  return LockClasses[Lock];
}

// Whether the class that a lock is a member of has it as UNIT sees the class:
// programs of one database may have a class of that name each.
bool FieldGuards::isKnownIn(std::uint32_t Unit, LockId Lock) {
  const LockName &Name = Model.name(Lock);
  auto [It, New] = LockKnownIn.try_emplace({Unit, Lock}, true);
  if (!New || Name.IsGlobal)
    return It->second;
  const std::string_view Text = Name.Text;
  const std::size_t Colons = memberStart(Text);
  const std::string_view Class = Text.substr(0, Colons);
  std::string_view Member = Text.substr(Colons + 2);
  Member = Member.substr(0, Member.find_first_of(".[-"));
  bool IsClass = false, IsMember = false;
  for (const facts::Type *T : each(P.unit(Unit).root().types()))
    if (P.text(Unit, T->name()) == Class)
      for (const facts::Field *F : each(T->fields())) {
        IsClass = true;
        IsMember |= P.text(Unit, F->name()) == Member;
      }
  return It->second = IsMember || !IsClass;
}

// One of an array of locks guards some objects only, and which is not known.
bool FieldGuards::mayGuardAll(LockId Global, bool IsGlobalField) const {
  return IsGlobalField || !Model.name(Global).IsElement;
}

// Whether a held lock belongs to the object of a use, or to all objects.
bool FieldGuards::isSameObject(const LockAt &Held, const Use &U) const {
  if (Held.Lock != UnnamedLock && Model.name(Held.Lock).IsGlobal)
    return mayGuardAll(Held.Lock, U.OfGlobal);
  return isOfObject(Held, U);
}

// Whether LOCK of the object of a use is held: by its own name, or where the
// object is part of another or of a global, by that one's.
bool FieldGuards::isHeld(const LockAt &Held, LockId Lock, const Use &U) const {
  if (Held.Lock == Lock)
    return isSameObject(Held, U);
  if (Held.Lock == UnnamedLock)
    return false;
  const auto &Inner = Model.name(Held.Lock).Inner;
  return std::find(Inner.begin(), Inner.end(), Model.name(Lock).Text) !=
             Inner.end() &&
         isOfObject(Held, U);
}

bool FieldGuards::isOfObject(const LockAt &Held, const Use &U) const {
  const AccessPath &Of = *U.Of->Path;
  if (U.OfGlobal || !Of || Held.Path.Root != Of.Root || Held.Path.Id != Of.Id ||
      Held.Path.Global != Of.Global || Held.Path.Steps.size() < U.Base ||
      !std::equal(Of.Steps.begin(), Of.Steps.begin() + U.Base,
                  Held.Path.Steps.begin()))
    return false;
  // A lock that is shared is kept behind a pointer.
  AccessPath Path = Held.Path;
  if (Path.Steps.size() > U.Base + 1 &&
      Path.Steps.back().Kind == StepKind::Deref)
    Path.Steps.pop_back();
  return onlyFields(Path, U.Base);
}

// ... as far as names tell.
bool FieldGuards::mayGuard(LockId Lock, const Field &F) {
  const LockName &Name = Model.name(Lock);
  if (Name.IsGlobal)
    return mayGuardAll(Lock, F.Name.IsGlobal);
  return !F.Name.IsGlobal && classOfLock(Lock) == F.Class;
}

// Whether several threads may be at a use, as far as its place tells.
bool FieldGuards::isOfInterest(const Use &U) const {
  const Access &A = *U.Of;
  const PlaceRoot Root = A.Path->Root;
  bool OwnObject = Root == PlaceRoot::This || Root == PlaceRoot::Param ||
                   Root == PlaceRoot::Local || Root == PlaceRoot::CallResult ||
                   Root == PlaceRoot::Alloc;
  return !When->isAlone(A.Function, *A.Site,
                        OwnObject || Root == PlaceRoot::Global) &&
         !When->isNew(A.Function, *A.Path) &&
         !(OwnObject && When->ownsObject(A.Function)) &&
         !(Root == PlaceRoot::Global && When->isNamedForMaking(A.Function));
}

void FieldGuards::judgeUse(const Use &U, LockId Lock, GuardEvidence &E) {
  const Access &A = *U.Of;
  auto Missing = [&](const Context &C, Unguarded::Why Reason) {
    if (!isKnownIn(P.function(A.Function).Unit, Lock))
      return;
    E.UnguardedIn.insert(C.Root);
    E.Users |= When->threadsOf(C.Root);
    if (A.Write)
      E.Writers |= When->threadsOf(C.Root);
    E.Without.push_back({&A, C.Root, pathOf(C), Reason, C.OtherLock});
  };
  const Context Here{A.Function, nullptr, 0, false};
  auto Guarded = [&](FunctionId By) {
    E.GuardedIn.insert(By);
    ++E.GuardedUses;
    E.GuardedWrites += A.Write;
    E.Guarded.push_back(&A);
    E.Awaited |= !A.Write && (Conditions.contains(A.Function) ||
                              AwaitedAt.contains(A.Site));
    E.Users |= When->threadsOf(By);
    if (A.Write)
      E.Writers |= When->threadsOf(By);
  };
  bool Other = false, Unclear = Scan.mayHold(A.Function, Lock), Reader = false;
  for (const LockAt &H : Scan.locks(A.Locks)) {
    if (H.Must && isHeld(H, Lock, U)) {
      if (!H.Shared || !A.Write)
        return Guarded(A.Function);
      Reader = true;
    } else if (H.Lock == Lock && H.Must) {
      Other = H.Path.Root == PlaceRoot::This ||
              (H.Path.Root == PlaceRoot::Param &&
               H.Path.Id != (U.OfGlobal ? 0 : A.Path->Id));
      Unclear |= !Other;
    } else if (H.Lock == Lock || H.Lock == UnnamedLock) {
      Unclear = true;
    }
  }
  if (Unclear)
    return;
  if (Reader)
    return Missing(Here, Unguarded::Why::ReaderLock);
  if (Other) {
    // A path through pointers may lead to the same object after all.
    if (U.root() == PlaceRoot::Param && U.Base <= 1 &&
        !When->ownsObject(A.Function))
      Missing(Here, Unguarded::Why::OtherObject);
    return;
  }
  if (givesLock(U, Lock))
    return;
  const Callers By = callers(A.Function, Lock, 0);
  for (std::uint32_t I = By.Holding; I < By.HoldingEnd; ++I)
    Guarded(Holders[I]);
  for (std::uint32_t I = By.Bare; I < By.BareEnd; ++I)
    Missing(Contexts[I], Unguarded::Why::NoLock);
}

GuardEvidence FieldGuards::judge(const Field &F,
                                 const std::vector<const Use *> &Uses,
                                 LockId Lock) {
  GuardEvidence E;
  E.Lock = Lock;
  E.Field = LockModel::display(F.Name);
  E.IsElement = Model.name(Lock).IsElement && Model.name(Lock).IsGlobal;
  E.SameObject = F.Name.IsGlobal || !Model.name(Lock).IsGlobal;
  for (const Use *U : Uses)
    judgeUse(*U, Lock, E);
  return E;
}

std::vector<GuardEvidence> FieldGuards::findings(
    const Phases &Running,
    const std::function<bool(const GuardEvidence &)> &Wanted) {
  When = &Running;
  // What is known of callers serves locks of one class; then it is made anew.
  constexpr std::size_t MaxKnown = 100'000;
  std::vector<GuardEvidence> All;
  std::vector<const Use *> Uses;
  for (std::uint32_t I : Questions) {
    const Field &F = Fields[I];
    auto It = Declared.find(F.Name.Text);
    Uses.clear();
    bool IsWritten = false;
    for (const Use &U : F.Uses)
      if (isOfInterest(U)) {
        Uses.push_back(&U);
        IsWritten |= U.Of->Write;
      }
    if (Uses.empty() || (!IsWritten && It == Declared.end()))
      continue;
    if (Known.size() > MaxKnown)
      forgetCallers();
    std::optional<GuardEvidence> Best;
    for (LockId L : F.Candidates) {
      bool IsDeclared =
          It != Declared.end() && isLockOf(It->second, Model.name(L).Text);
      if (It != Declared.end() && !IsDeclared)
        continue;
      GuardEvidence E = judge(F, Uses, L);
      E.Declared = IsDeclared;
      if (!Best || E.GuardedUses > Best->GuardedUses)
        Best = std::move(E);
    }
    if (Best && !Best->Without.empty() && Wanted(*Best))
      All.push_back(std::move(*Best));
  }
  return All;
}

} // namespace gridlock

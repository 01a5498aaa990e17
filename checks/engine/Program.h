// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All facts files joined into one program: symbols by identity, one body per
// function, the methods that override a method, and the catalogue's entries for
// each symbol. Reads the FlatBuffers in place; the files and the catalogue must
// outlive it.
//
// Identity is `facts::Symbol.mangled`, which already tells symbols of internal
// linkage in different files apart. Files are taken in the order of their main
// file, so the program does not depend on the order in which they were given.
//
// Of mapped files a part is in memory at a time (Residency.h): events are read
// after function() or callEvents() of their function has been asked for.
//
// What many passes ask of every function, symbol and call is kept in arrays
// (Contents.h), so that the events are read only where it is worth it.
//
// Threads: one at a time. Cost: linear in symbols and events.
#ifndef GRIDLOCK_ENGINE_PROGRAM_H
#define GRIDLOCK_ENGINE_PROGRAM_H

#include "checks/engine/Contents.h"
#include "checks/engine/Finding.h"
#include "checks/engine/Residency.h"
#include "checks/facts/FactsFile.h"
#include "checks/facts/TextHash.h"
#include "checks/facts/Range.h"
#include "rules/Catalogue.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gridlock {

class CallableTypes;
class DescriptorModes;

using SymbolId = std::uint32_t;   // 0 = none
using FunctionId = std::uint32_t; // index into Program::functions()
inline constexpr FunctionId NoFunction = ~FunctionId(0);

struct ProgramFunction {
  std::uint32_t Unit;
  SymbolId Symbol;
  const facts::Function *Fact;
  facts::FunctionFlag Flags;
};

struct ProgramSymbol {
  std::uint32_t Unit = 0;
  FunctionId Body = NoFunction;
  const facts::Symbol *Fact = nullptr;
  facts::SymbolFlag Flags = facts::SymbolFlag(0);
  std::uint64_t Bits = 0; // Callee in Contents.h
  std::string_view Qualified;
};

/// A call or construction of a function.
struct CallEvent {
  enum : std::uint8_t {
    Constructs = 1, // else a call
    Virtual = 2,
    ThroughPointer = 4, // calls what its receiver holds
    Arguments = 8,
    MayPass = 16, // an argument may be, or hold, a callable or an executor
    Implicit = 32,
    Known = 64 // the catalogue knows the callee or its class
  };
  bool is(unsigned AnyOf) const { return (Flags & AnyOf) != 0; }

  const facts::Event *Event;
  SymbolId Callee; // 0: not known by name
  std::uint32_t Block : 24;
  std::uint32_t Flags : 8;
};

template <typename Flag> bool hasFlag(Flag Set, Flag Bit) {
  return (Set & Bit) != static_cast<Flag>(0);
}

class Program {
public:
  using EntryList = std::span<const rules::Entry *const>;

  Program(const std::vector<FactsFile> &Files, const rules::Catalogue &Rules);
  ~Program();

  std::size_t unitCount() const { return Units.size(); }
  const FactsFile &unit(std::uint32_t Unit) const {
    touch(Unit);
    return *Units[Unit].Facts;
  }
  std::string_view text(std::uint32_t Unit, std::uint32_t Index) const {
    return unit(Unit).string(Index);
  }

  std::span<const ProgramFunction> functions() const { return Functions; }
  const ProgramFunction &function(FunctionId F) const {
    touch(Functions[F].Unit);
    return Functions[F];
  }
  /// The calls and constructions of F, in the order of its blocks.
  std::span<const CallEvent> callEvents(FunctionId F) const {
    touch(Functions[F].Unit);
    return std::span(Sites).subspan(FirstSite[F],
                                    FirstSite[F + 1] - FirstSite[F]);
  }
  /// The number of its first, counted over the program.
  std::size_t firstCall(FunctionId F) const { return FirstSite[F]; }
  std::size_t callCount() const { return Sites.size(); }
  const CallEvent &callEvent(std::size_t Number) const { return Sites[Number]; }
  /// Whether F has any of these (Has and hasEvent() in Contents.h).
  bool has(FunctionId F, std::uint32_t AnyOf) const {
    return (Contents[F] & AnyOf) != 0;
  }
  /// Whether F calls or constructs anything that has any of these bits (Callee
  /// and callsEffect() in Contents.h).
  bool calls(FunctionId F, std::uint64_t AnyOf) const {
    return (Called[F] & AnyOf) != 0;
  }
  /// Whether one of the calls is of something that the catalogue knows, or of
  /// a class that it knows.
  bool callsKnown(FunctionId F) const { return has(F, Has::KnownCall); }
  bool isSystem(FunctionId F) const {
    return hasFlag(Functions[F].Flags, facts::FunctionFlag::InSystemHeader);
  }
  bool isCoroutine(FunctionId F) const {
    return hasFlag(Functions[F].Flags, facts::FunctionFlag::Coroutine);
  }

  /// Number of symbols, the none symbol included.
  std::size_t symbolCount() const { return Symbols.size(); }
  const ProgramSymbol &symbol(SymbolId S) const { return Symbols[S]; }
  /// The program's symbol for a symbol index of one file.
  SymbolId resolve(std::uint32_t Unit, std::uint32_t Local) const {
    return Units[Unit].Symbols[Local];
  }
  std::string_view qualifiedName(SymbolId S) const {
    touch(Symbols[S].Unit);
    return Symbols[S].Qualified;
  }
  std::string_view displayName(SymbolId S) const;
  /// The function around a lambda or a local class's method, else S itself.
  SymbolId enclosing(SymbolId S) const;

  /// What the catalogue, or an attribute in the source, says about a function;
  /// empty if neither does.
  EntryList entries(SymbolId S) const {
    return EntryList(EntryPool.data() + EntryStart[S],
                     EntryStart[S + 1] - EntryStart[S]);
  }
  /// What the catalogue says about a type, references and pointers not
  /// followed.
  EntryList typeEntries(std::uint32_t Unit, std::uint32_t Type) const {
    const std::vector<std::uint32_t> &Lists = Units[Unit].TypeList;
    return Type < Lists.size() ? EntryList(TypeLists[Lists[Type]])
                               : EntryList();
  }
  const CallableTypes &callableTypes() const { return *Callables; }
  /// Whether a rule or an annotation says that an event loop runs this
  /// function.
  bool runsOnLoop(SymbolId S) const { return OnLoop.contains(S); }
  /// The entry for a member of a library's structure in which it keeps a
  /// callable that a loop runs (`ev_io::cb`), or null.
  const rules::Entry *callbackField(std::string_view Class,
                                    std::string_view Name) const {
    auto It = CallbackFields.find({Class, Name});
    return It == CallbackFields.end() ? nullptr : It->second;
  }
  /// Whether the program knows a structure with such a member.
  bool keepsCallbacks() const { return !CallbackFields.empty(); }
  /// Names of the project file that are the name of no function here.
  std::vector<const rules::Entry *> unmatchedPatterns() const;
  /// Whether a type is an event loop or nested in one, as its executor is: a
  /// class of which a method enters the loop.
  bool isOfLoop(std::string_view TypeName) const;
  /// Whether a type is an executor that runs what it is given elsewhere: one by
  /// which an entry tells that its callable runs elsewhere.
  bool isPool(std::string_view TypeName) const {
    return PoolTypes.contains(TypeName);
  }

  /// What functions do to the mode of descriptors; null until all else is
  /// known.
  const DescriptorModes *descriptorModes() const { return Modes.get(); }

  /// The methods that override S, directly or not, that were seen; not S
  /// itself.
  std::vector<SymbolId> overriders(SymbolId S) const;
  /// Their bodies. Found when first asked for, then remembered.
  const std::vector<FunctionId> &overridingBodies(SymbolId S) const;

  /// Never null: index 0 is an empty type even in a file without types.
  const facts::Type *type(std::uint32_t Unit, std::uint32_t Index) const;
  /// The type behind references (not pointers).
  std::uint32_t withoutReference(std::uint32_t Unit, std::uint32_t Type) const;
  std::string_view typeName(std::uint32_t Unit, std::uint32_t Type) const {
    touch(Unit);
    const std::vector<std::string_view> &Names = Units[Unit].TypeNames;
    return Type < Names.size() ? Names[Type] : std::string_view();
  }
  /// Whether the type is, points to or derives from a type of this name.
  bool isOrDerivesFrom(std::uint32_t Unit, std::uint32_t Type,
                       std::string_view Name) const;

  Location locate(std::uint32_t Unit, const facts::Loc *L) const;

private:
  struct UnitData {
    const FactsFile *Facts;
    std::vector<SymbolId> Symbols;       // by the file's symbol index
    std::vector<std::uint32_t> TypeList; // by its type index, in TypeLists
    std::vector<std::string_view> TypeNames;
  };

  void touch(std::uint32_t Unit) const { InMemory->touch(Unit); }
  std::vector<const FactsFile *> files() const; // by unit
  void keepTrackOfMemory();
  void join();
  void joinBodies(std::uint32_t Unit);
  void keepOverrides(std::vector<std::pair<SymbolId, SymbolId>> &&Pairs);
  void lookUpEntries(const rules::Catalogue &Rules);
  void noteTypes();
  void noteSymbols();
  std::vector<std::uint8_t> typeBits(std::uint32_t Unit) const;
  void scanBodies();
  void addAnnotatedTypes();
  void keepKnownFields();
  void addFunctionEntries(SymbolId S);
  const rules::Entry *keep(const rules::EntryT &Entry);
  std::vector<const rules::Entry *> inheritedEntries(SymbolId S) const;

  std::vector<UnitData> Units;
  std::unique_ptr<Residency> InMemory;
  std::vector<ProgramSymbol> Symbols;
  std::vector<ProgramFunction> Functions;
  std::vector<CallEvent> Sites;
  std::vector<std::size_t> FirstSite;  // by function, into Sites
  std::vector<std::uint32_t> Contents; // bits, by function
  std::vector<std::uint64_t> Called;   // ... of what it calls
  std::vector<std::vector<const rules::Entry *>> TypeLists;
  std::unique_ptr<const CallableTypes> Callables;
  std::vector<std::uint32_t> OverriderStart; // by symbol, into Overriders
  std::vector<SymbolId> Overriders;
  mutable std::unordered_map<SymbolId, std::vector<FunctionId>>
      OverridingBodies;
  std::unordered_map<std::string_view, std::vector<const rules::Entry *>,
                     TextHash>
      EntriesByName;
  std::unordered_set<std::string_view> LoopClasses, PoolTypes;
  std::unique_ptr<const DescriptorModes> Modes;
  std::vector<const rules::Entry *> Patterns; // entries whose names are globs
  std::vector<const rules::Entry *> Named;    // of the project file, no globs
  std::unordered_set<const rules::Entry *> Matched; // patterns
  std::map<std::pair<std::string_view, std::string_view>, const rules::Entry *>
      CallbackFields;
  std::vector<flatbuffers::DetachedBuffer> Annotated; // entries from attributes
  std::unordered_set<SymbolId> OnLoop;
  std::vector<std::uint32_t> EntryStart; // by symbol, into EntryPool
  std::vector<const rules::Entry *> EntryPool;
};

} // namespace gridlock

#endif

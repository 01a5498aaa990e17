// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/Interposers.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

namespace gridlock::rules {

namespace {

constexpr std::string_view CoreSymbols[] = {
#define CORE(Name) #Name,
#define CORE_VERSION(Name, Version) #Name,
#include "runtime-monitor/interpose/core_symbols.inc"
#undef CORE
#undef CORE_VERSION
};

/// Another name of a function (spellings.inc).
struct Spelled {
  std::string_view Symbol, Of;
  int Extra;
  std::string_view List;
};
constexpr Spelled Spellings[] = {
#define SPELLING(Symbol, Of, Extra, List) {Symbol, Of, Extra, List},
#include "rules/compiler/spellings.inc"
#undef SPELLING
};

struct KnownArgument {
  std::string_view Name;
  char Kind;
};
constexpr KnownArgument KnownArguments[] = {
#define ARGUMENT(Name, Kind) {Name, Kind},
#include "runtime-monitor/core/arguments.inc"
#undef ARGUMENT
};

constexpr std::string_view Prelude = R"(#include "gridlock/monitor.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/time.h>

namespace {

__attribute__((used)) int (*const Left)(int, int, uint64_t, void *, void *)
    __asm__("gridlock_call_left_here") = gridlock_call_left;

// Ends the call on every way out, exceptions and pthread_cancel included; without exceptions,
// so that the functions have no other personality.
struct Scope {
  gridlock_call Call;
  [[gnu::always_inline]] Scope(const char *Operation, const void *Caller, const char *Kinds = nullptr,
                               unsigned long First = 0, unsigned long Second = 0) {
    __asm__ volatile(".cfi_personality 0x9b, gridlock_call_left_here");
    if (!gridlock_call_begin_on)
      return;
    GRIDLOCK_CAPTURE(&Call);
    gridlock_call_begin_on(&Call, Operation, Caller, Kinds, First, Second);
  }
  [[gnu::always_inline]] ~Scope() {
    if (gridlock_call_begin_on)
      gridlock_call_end(&Call);
  }
};

// The next definition; for a library loaded RTLD_LOCAL the one its user sees, or by its
// soname. dlsym looks at its caller's address, so this may not become a jump.
[[gnu::noinline, gnu::cold]] void *find(const char *Name, const char *Soname, const void *Caller) {
  int Errno = errno;
  void *Found = dlsym(RTLD_NEXT, Name);
  Dl_info Info;
  if (!Found && dladdr(Caller, &Info) && Info.dli_fname)
    if (void *Handle = dlopen(Info.dli_fname, RTLD_LAZY | RTLD_NOLOAD)) {
      Found = dlsym(Handle, Name);
      Dl_info Where, Here;
      if (Found && dladdr(Found, &Where) && dladdr(reinterpret_cast<void *>(&find), &Here) &&
          Where.dli_fbase == Here.dli_fbase)
        Found = nullptr;
      dlclose(Handle);
    }
  if (!Found && *Soname)
    if (void *Handle = dlopen(Soname, RTLD_LAZY | RTLD_NOLOAD)) {
      Found = dlsym(Handle, Name);
      dlclose(Handle);
    }
  errno = Found ? Errno : ENOSYS;
  return Found;
}

} // namespace

)";

std::string trim(std::string_view Text) {
  const auto From = Text.find_first_not_of(" \t");
  if (From == std::string_view::npos)
    return {};
  return std::string(
      Text.substr(From, Text.find_last_not_of(" \t") - From + 1));
}

struct Signature {
  std::string Result;
  std::vector<std::string> Parameters;
  // Kinds and numbers of those that reports tell (core/arguments.inc).
  std::string Kinds;
  std::vector<std::size_t> Told;
  bool Variadic = false;
  std::string Problem; // why it can't be passed on
};

/// A type with the same register or stack slot. Integers and enumerators of
/// every width go through as whole registers, so that library types need no
/// header.
std::string passedAs(std::string Type, std::string &Problem) {
  std::istringstream Words(Type);
  std::string Plain;
  for (std::string Word; Words >> Word;)
    if (Word != "const" && Word != "volatile" && Word != "restrict")
      Plain += (Plain.empty() ? "" : " ") + Word;
  if (Plain.find_first_of("*[(&") != std::string::npos || Plain == "va_list")
    return "void *";
  if (Plain == "void" || Plain == "float" || Plain == "double" ||
      Plain == "long double")
    return Plain;
  if (Plain == "gdouble")
    return "double";
  if (Plain == "gfloat")
    return "float";
  if (Plain == "struct timeval" || Plain == "struct timespec")
    return Plain;
  if (Plain.starts_with("struct ") || Plain.starts_with("union ") ||
      Plain.find("_Complex") != std::string::npos ||
      Plain.find("__int128") != std::string::npos)
    Problem = "'" + Type + "' is passed by value";
  return "unsigned long";
}

/// Takes the name of a parameter off its declaration if it is one that reports
/// tell of, at most two.
void takeName(std::string &Parameter, Signature &S) {
  const auto Begin = Parameter.find_last_of(" *") + 1;
  const auto End = Parameter.find_last_not_of("0123456789") + 1;
  for (const auto &[Name, Kind] : KnownArguments)
    if (Begin != 0 && Begin < End &&
        std::string_view(Parameter).substr(Begin, End - Begin) == Name) {
      Parameter = trim(Parameter.substr(0, Begin));
      if (S.Told.size() == 2)
        return;
      S.Kinds += Kind;
      S.Told.push_back(S.Parameters.size());
      return;
    }
}

/// "ssize_t (int descriptor, void *, size_t)". The parameter list is the last
/// pair of brackets.
Signature parse(std::string_view Text) {
  Signature S;
  const auto Last = Text.rfind(')');
  std::size_t Open = Last;
  for (unsigned Depth = 0; Open != std::string_view::npos; --Open) {
    if (Text[Open] == ')')
      ++Depth;
    else if (Text[Open] == '(' && --Depth == 0)
      break;
    if (Open == 0) {
      Open = std::string_view::npos;
      break;
    }
  }
  if (Open == std::string_view::npos) {
    S.Problem = "the signature has no parameter list";
    return S;
  }
  S.Result = passedAs(trim(Text.substr(0, Open)), S.Problem);
  std::size_t From = Open + 1;
  unsigned Depth = 0;
  for (std::size_t I = From; I <= Last; ++I) {
    if (Text[I] == '(' || Text[I] == '[')
      ++Depth;
    else if (Depth && (Text[I] == ')' || Text[I] == ']'))
      --Depth;
    else if (Depth == 0 && (Text[I] == ',' || I == Last)) {
      std::string Parameter = trim(Text.substr(From, I - From));
      takeName(Parameter, S);
      From = I + 1;
      if (Parameter == "...")
        S.Variadic = true;
      else if (!Parameter.empty() && Parameter != "void")
        S.Parameters.push_back(passedAs(Parameter, S.Problem));
    }
  }
  return S;
}

std::string join(const std::vector<std::string> &Parts,
                 std::string_view Before = "") {
  std::string Text;
  for (const std::string &Part : Parts)
    Text += (Text.empty() ? "" : ", ") + std::string(Before) + Part;
  return Text;
}

std::string_view view(const flatbuffers::String *Text) {
  return Text ? std::string_view(Text->c_str(), Text->size())
              : std::string_view();
}

bool isCore(std::string_view Symbol) {
  return std::find(std::begin(CoreSymbols), std::end(CoreSymbols), Symbol) !=
         std::end(CoreSymbols);
}

bool runsLoop(const Entry &E) {
  if (E.effects())
    for (const auto Does : *E.effects())
      if (static_cast<Effect>(Does) == Effect::EntersLoop)
        return true;
  return false;
}

/// Text as the inside of a string literal.
std::string literal(std::string_view Text) {
  std::string Result = "\"";
  for (char C : Text) {
    if (C == '"' || C == '\\')
      Result += '\\';
    Result += C;
  }
  return Result + "\"";
}

/// Form: as Monitor::variadic.
Signature signatureOf(const Entry &E, const Spelled *As, std::string &Form) {
  Signature S = parse(view(E.monitor()->signature()));
  if (!As)
    return S;
  if (!As->List.empty()) {
    S.Variadic = As->List != "fixed";
    Form = S.Variadic ? "va_list: " + std::string(As->List) : "";
  }
  if (As->Extra >= 0) {
    const auto At = static_cast<std::size_t>(As->Extra);
    S.Parameters.insert(S.Parameters.begin() + As->Extra, "unsigned long");
    for (std::size_t &Told : S.Told)
      Told += Told >= At;
  }
  return S;
}

/// As: the name to wrap it under, or null for its own.
void writeWrapper(std::ostream &Out, const Entry &E, const Spelled *As,
                  std::size_t Number) {
  const std::string_view Symbol = As ? As->Symbol : view(E.monitor()->symbol());
  std::string Form(view(E.monitor()->variadic()));
  Signature S = signatureOf(E, As, Form);
  constexpr std::string_view Registers = "registers:", List = "va_list:";
  std::string Target(Symbol);
  bool PassesList = false;
  std::vector<std::string> Extra;
  if (Form.starts_with(Registers)) {
    const int Count = std::atoi(Form.substr(Registers.size()).c_str());
    Extra.assign(static_cast<std::size_t>(std::clamp(Count, 0, 6)),
                 "unsigned long");
  } else if (Form.starts_with(List)) {
    Target = trim(Form.substr(List.size()));
    PassesList = true;
  } else if (S.Variadic) {
    S.Problem = "variadic, and the rule does not say how to pass it on";
  }
  if (!S.Problem.empty()) {
    Out << "// " << Symbol << ": " << S.Problem << "\n\n";
    return;
  }
  std::vector<std::string> All = S.Parameters;
  All.insert(All.end(), Extra.begin(), Extra.end());
  std::vector<std::string> Declared, Names;
  for (std::size_t I = 0; I < All.size(); ++I) {
    Names.push_back("A" + std::to_string(I));
    Declared.push_back(All[I] + " " + Names.back());
  }
  if (PassesList)
    Declared.push_back("...");
  std::vector<std::string> RealTypes = S.Parameters;
  if (!Extra.empty())
    RealTypes.push_back("...");
  if (PassesList)
    RealTypes.push_back("va_list");
  const std::string Name = "gridlock_wrapper_" + std::to_string(Number);
  const bool Void = S.Result == "void";
  const std::string Absent = Void ? "return"
                             : S.Result == "void *"
                                 ? "return nullptr"
                                 : "return static_cast<" + S.Result + ">(-1)";
  Out << "extern \"C\" __attribute__((visibility(\"default\"))) " << S.Result
      << " " << Name << "(" << join(Declared) << ") __asm__(" << literal(Symbol)
      << ");\n"
      << S.Result << " " << Name << "(" << join(Declared) << ") {\n"
      << "  using Function = " << S.Result << " (*)(" << join(RealTypes)
      << ");\n"
      << "  static Function Real;\n"
      << "  const void *Caller = __builtin_return_address(0);\n"
      << "  if (__builtin_expect(!Real, 0) &&\n"
      << "      !(Real = reinterpret_cast<Function>(find(" << literal(Target)
      << ", " << literal(view(E.soname())) << ", Caller))))\n"
      << "    " << Absent << ";\n"
      << "  Scope Call(" << literal(view(E.op())) << ", Caller"
      << (S.Kinds.empty() ? "" : ", " + literal(S.Kinds));
  for (const std::size_t I : S.Told)
    Out << ", (unsigned long)A" << I;
  Out << ");\n";
  if (PassesList) {
    Names.push_back("List");
    Out << "  va_list List;\n  va_start(List, A" << S.Parameters.size() - 1
        << ");\n  " << (Void ? "" : S.Result + " Result = ") << "Real("
        << join(Names) << ");\n"
        << "  va_end(List);\n"
        << (Void ? "" : "  return Result;\n");
  } else {
    Out << "  " << (Void ? "" : "return ") << "Real(" << join(Names) << ");\n";
  }
  Out << "}\n\n";
}

} // namespace

std::string interposerSource(const RuleTable &Table,
                             const InterposerOptions &Options) {
  std::ostringstream Out;
  Out << "// Written by gridlock-rulec from the rule catalogue. Do not edit.\n"
      << "#line 2 \"gridlock-interposers.cpp\"\n"
      << Prelude;
  // One wrapper a symbol, in the order of the symbols.
  std::map<std::string_view, const Entry *> Wrapped;
  std::map<std::string_view, std::string_view> Operations;
  for (const Entry *E : *Table.entries()) {
    // What runs an event loop is no block; the loop's own waits are seen.
    if (!E->monitor() || runsLoop(*E))
      continue;
    const std::string_view Symbol = view(E->monitor()->symbol());
    if (Symbol.empty() || !view(E->monitor()->why_not()).empty()) {
      if (isCore(view(E->name())))
        Operations.try_emplace(view(E->name()), view(E->op()));
      continue;
    }
    if (isCore(Symbol))
      Operations.try_emplace(Symbol, view(E->op()));
    if ((Options.SkipCore && isCore(Symbol)) ||
        (Options.LibcOnly && view(E->soname()) != "libc.so.6"))
      continue;
    Wrapped.try_emplace(Symbol, E);
  }
  std::size_t Number = 0;
  for (const auto &[Symbol, E] : Wrapped)
    writeWrapper(Out, *E, nullptr, Number++);
  for (const Spelled &As : Spellings)
    if (const auto Of = Wrapped.find(As.Of);
        Of != Wrapped.end() && view(Of->second->soname()) == "libc.so.6")
      writeWrapper(Out, *Of->second, &As, Number++);
  if (Options.Operations) {
    Out << "extern \"C\" {\n__attribute__((visibility(\"hidden\"))) extern "
           "const char *const "
           "gridlock_operations[] = {\n";
    for (const auto &[Symbol, Operation] : Operations)
      Out << "    " << literal(Symbol) << ", " << literal(Operation) << ",\n";
    Out << "    nullptr};\n}\n";
  }
  return Out.str();
}

} // namespace gridlock::rules

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Names.h"

#include <cctype>
#include <cstdlib>
#include <cxxabi.h>

namespace gridlock::symbolize {

namespace {

void replaceAll(std::string &Text, std::string_view From, std::string_view To) {
  for (std::size_t At = 0; (At = Text.find(From, At)) != std::string::npos;
       At += To.size())
    Text.replace(At, From.size(), To);
}

} // namespace

std::string demangle(const std::string &Name) {
  // GCC names a coroutine's body after its frame's type, which has the
  // coroutine's own mangled name inside: _Z1fPZ1fvE8_Z1fv.Frame.actor.
  if (const std::size_t Frame = Name.find(".Frame.");
      Frame != std::string::npos) {
    const std::size_t From = Name.rfind("_Z", Frame);
    if (From != std::string::npos && From != 0)
      return demangle(Name.substr(From, Frame - From)) + " [clone " +
             Name.substr(Frame + 6) + "]";
  }
  // Clone suffixes of GCC and Clang; the demangler knows some of them only.
  const std::size_t Dot = Name.find('.');
  const std::string Plain = Name.starts_with("_Z") ? Name.substr(0, Dot) : Name;
  int Status = 0;
  char *Text =
      Name.starts_with("_Z")
          ? abi::__cxa_demangle(Plain.c_str(), nullptr, nullptr, &Status)
          : nullptr;
  if (!Text)
    return Name;
  std::string Result = Text;
  std::free(Text);
  replaceAll(Result, "(anonymous namespace)", "(anonymous)");
  if (Dot != std::string::npos && Plain.size() != Name.size())
    Result += " [clone " + Name.substr(Dot) + "]";
  return Result;
}

namespace {

/// Length of an operator's name that starts at Text ("operator<<",
/// "operator()"), so that its characters are not taken for brackets; 0 if there
/// is none.
std::size_t operatorLength(std::string_view Text) {
  constexpr std::string_view Word = "operator";
  if (!Text.starts_with(Word))
    return 0;
  for (std::string_view Symbol : {"()", "[]", "<=>", "<<=", ">>=", "->*", "<<",
                                  ">>", "<=", ">=", "->", "<", ">"})
    if (Text.substr(Word.size()).starts_with(Symbol))
      return Word.size() + Symbol.size();
  return 0;
}

} // namespace

std::string qualifiedName(std::string_view Demangled) {
  std::string Text(Demangled.substr(0, Demangled.find(" [clone")));
  // As compilers' names of functions spell it, too; not to be taken for
  // parameters.
  for (std::string_view Anonymous :
       {"(anonymous)", "(anonymous namespace)", "{anonymous}"})
    replaceAll(Text, Anonymous, "\1");
  for (std::size_t Tag; (Tag = Text.find("[abi:")) != std::string::npos;)
    Text.erase(Tag, Text.find(']', Tag) - Tag + 1);
  for (std::string_view Lambda :
       {"::{lambda", "::'lambda", "::$_", "::{unnamed"})
    if (const std::size_t At = Text.find(Lambda); At != std::string::npos)
      Text.resize(At);
  std::string Name; // what is outside all brackets, up to the parameters
  unsigned Angles = 0;
  bool Word = false; // the character before belongs to an identifier
  for (std::size_t I = 0; I < Text.size(); ++I) {
    const char C = Text[I];
    if (!Word)
      if (const std::size_t N =
              operatorLength(std::string_view(Text).substr(I))) {
        if (Angles == 0)
          Name += Text.substr(I, N);
        I += N - 1;
        Word = true;
        continue;
      }
    Word = std::isalnum(static_cast<unsigned char>(C)) || C == '_';
    if (C == '<')
      ++Angles;
    else if (C == '>' && Angles)
      --Angles;
    else if (Angles == 0 && C == '(' && !Name.ends_with("decltype")) {
      // Parameters, unless more of the name follows: f(int)::Local::g().
      unsigned Depth = 0;
      std::size_t End = I;
      for (; End < Text.size(); ++End)
        if (Text[End] == '(')
          ++Depth;
        else if (Text[End] == ')' && --Depth == 0)
          break;
      std::size_t After = End + 1;
      for (std::string_view Qualifier : {" const", " volatile", " &&", " &"})
        if (std::string_view(Text)
                .substr(std::min(After, Text.size()))
                .starts_with(Qualifier))
          After += Qualifier.size();
      if (After >= Text.size() ||
          !std::string_view(Text).substr(After).starts_with("::"))
        break;
      I = After - 1;
    } else if (Angles == 0) {
      Name += C;
    }
  }
  while (Name.ends_with(' ')) // operator< <int>
    Name.pop_back();
  // The return type of a template stands before its name.
  const std::size_t Operator = Name.find("operator ");
  const std::size_t Blank = Name.substr(0, Operator).rfind(' ');
  if (Blank != std::string::npos)
    Name.erase(0, Blank + 1);
  replaceAll(Name, "\1", "(anonymous)");
  replaceAll(Name, "std::__cxx11::", "std::");
  replaceAll(Name, "::_V2::", "::");
  replaceAll(Name, "std::__n4861::", "std::");
  replaceAll(Name, "std::__1::", "std::");
  replaceAll(Name, "std::__ndk1::", "std::");
  replaceAll(Name, "std::filesystem::__cxx11::", "std::filesystem::");
  return Name;
}

bool isCoroutinePart(std::string_view Demangled) {
  return Demangled.ends_with("[clone .actor]") ||
         Demangled.ends_with("[clone .resume]") ||
         Demangled.ends_with(".actor") || Demangled.ends_with(".resume");
}

} // namespace gridlock::symbolize

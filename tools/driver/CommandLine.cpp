// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/CommandLine.h"

#include "tools/driver/Files.h"

namespace gridlock::driver {

namespace {

bool isBlank(char C) {
  return C == ' ' || C == '\t' || C == '\n' || C == '\r' || C == '\f' ||
         C == '\v';
}

/// Collects words; an empty pair of quotes makes an empty word.
struct WordBuilder {
  Arguments Words;
  std::string Current;
  bool Open = false;

  void add(char C) {
    Current += C;
    Open = true;
  }
  void finish() {
    if (Open)
      Words.push_back(std::move(Current));
    Current.clear();
    Open = false;
  }
};

constexpr unsigned MaxResponseDepth = 16;

std::string expandInto(Arguments &Out, const Arguments &Args,
                       const std::filesystem::path &Directory, unsigned Depth) {
  for (const std::string &Arg : Args) {
    if (Arg.size() < 2 || Arg[0] != '@') {
      Out.push_back(Arg);
      continue;
    }
    const std::filesystem::path File = Directory / Arg.substr(1);
    if (Depth == MaxResponseDepth)
      return "response files nested too deeply at '" + Arg + "'";
    const auto Text = readFile(File);
    if (!Text)
      return "response file '" + File.string() +
             "' cannot be read; build the project first";
    if (std::string Error =
            expandInto(Out, splitResponse(*Text), Directory, Depth + 1);
        !Error.empty())
      return Error;
  }
  return {};
}

} // namespace

std::variant<Arguments, std::string> splitShell(std::string_view Text) {
  WordBuilder Builder;
  for (std::size_t I = 0; I < Text.size(); ++I) {
    const char C = Text[I];
    if (isBlank(C)) {
      Builder.finish();
    } else if (C == '\'') {
      const std::size_t End = Text.find('\'', I + 1);
      if (End == std::string_view::npos)
        return "single quote at character " + std::to_string(I + 1) +
               " is never closed";
      Builder.Open = true;
      Builder.Current += Text.substr(I + 1, End - I - 1);
      I = End;
    } else if (C == '"') {
      const std::size_t Start = I;
      Builder.Open = true;
      for (++I; I < Text.size() && Text[I] != '"'; ++I) {
        // Inside double quotes a backslash is special before these only.
        if (Text[I] == '\\' && I + 1 < Text.size() &&
            std::string_view("$`\"\\\n").find(Text[I + 1]) !=
                std::string_view::npos) {
          if (Text[++I] == '\n')
            continue;
        }
        Builder.Current += Text[I];
      }
      if (I >= Text.size())
        return "double quote at character " + std::to_string(Start + 1) +
               " is never closed";
    } else if (C == '\\') {
      if (++I >= Text.size())
        return std::string("backslash at the end of the command");
      if (Text[I] != '\n')
        Builder.add(Text[I]);
    } else {
      Builder.add(C);
    }
  }
  Builder.finish();
  return std::move(Builder.Words);
}

Arguments splitResponse(std::string_view Text) {
  WordBuilder Builder;
  char Quote = 0;
  for (std::size_t I = 0; I < Text.size(); ++I) {
    const char C = Text[I];
    if (C == '\\' && I + 1 < Text.size()) {
      Builder.add(Text[++I]);
    } else if (Quote) {
      if (C == Quote)
        Quote = 0;
      else
        Builder.Current += C;
    } else if (C == '"' || C == '\'') {
      Quote = C;
      Builder.Open = true;
    } else if (isBlank(C)) {
      Builder.finish();
    } else {
      Builder.add(C);
    }
  }
  Builder.finish();
  return std::move(Builder.Words);
}

std::string expandResponseFiles(Arguments &Args,
                                const std::filesystem::path &Directory) {
  Arguments Out;
  std::string Error = expandInto(Out, Args, Directory, 0);
  if (Error.empty())
    Args = std::move(Out);
  return Error;
}

} // namespace gridlock::driver

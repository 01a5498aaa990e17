// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/Report.h"

#include "tools/report/SourceLines.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <ostream>

namespace fs = std::filesystem;

namespace gridlock::report {

namespace {

using Json = nlohmann::ordered_json;

// What GitHub code scanning takes: more results are refused, more steps of a
// code flow or characters of a description are not shown.
constexpr std::size_t MaxResults = 5000;
constexpr std::size_t MaxSteps = 1000;
constexpr std::size_t MaxDescription = 1024;
constexpr std::ptrdiff_t MaxTags = 10;

constexpr const char *RootId = "%SRCROOT%";

/// A path as the path part of a URI (RFC 3986): everything but unreserved
/// characters, `/` and the harmless delimiters is percent-encoded.
std::string encodePath(const std::string &Path) {
  static constexpr std::string_view Plain = "-._~/!$&'()*+,;=@";
  static constexpr char Digits[] = "0123456789ABCDEF";
  std::string Uri;
  for (const char C : Path) {
    const auto Byte = static_cast<unsigned char>(C);
    const bool Letter = (C >= 'a' && C <= 'z') || (C >= 'A' && C <= 'Z') ||
                        (C >= '0' && C <= '9');
    if (Letter || Plain.find(C) != std::string_view::npos) {
      Uri += C;
    } else {
      Uri += '%';
      Uri += Digits[Byte >> 4];
      Uri += Digits[Byte & 15];
    }
  }
  return Uri;
}

/// At most MAX bytes, cut between two characters.
std::string shortened(const std::string &Text, std::size_t Max) {
  if (Text.size() <= Max)
    return Text;
  std::size_t End = Max - 3;
  while (End > 0 && (static_cast<unsigned char>(Text[End]) & 0xC0) == 0x80)
    --End;
  return Text.substr(0, End) + "...";
}

Json artifactLocation(const std::string &File) {
  Json Artifact;
  if (fs::path(File).is_absolute()) {
    Artifact["uri"] = "file://" + encodePath(File);
  } else {
    Artifact["uri"] = encodePath(File);
    Artifact["uriBaseId"] = RootId;
  }
  return Artifact;
}

class SarifWriter {
public:
  explicit SarifWriter(const Report &R) : R(R) {}

  Json write() {
    Json Run;
    Run["tool"]["driver"] = driver();
    Run["automationDetails"]["id"] = "gridlock/" + R.Half + "/";
    std::string Base = encodePath(R.Root.string());
    if (Base.empty() || Base.back() != '/')
      Base += '/';
    Run["originalUriBaseIds"][RootId]["uri"] = "file://" + Base;
    Run["columnKind"] = "unicodeCodePoints";
    Run["results"] = Json::array();
    for (const Finding *F : kept())
      Run["results"].push_back(result(*F));
    Run["invocations"] = Json::array({invocation()});
    Json Root;
    Root["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    Root["version"] = "2.1.0";
    Root["runs"] = Json::array({std::move(Run)});
    return Root;
  }

  std::vector<std::string> takeCuts() { return std::move(Cuts); }

private:
  const Report &R;
  SourceLines Lines;
  std::map<std::string, std::size_t> RuleIndex;
  std::vector<std::string> Cuts;

  /// SARIF's columns count characters, as columnKind says.
  unsigned column(const std::string &File, unsigned Line, unsigned Bytes) {
    const std::string *Text = Lines.line(R.Root / File, Line);
    return Text && Bytes ? charactersIn(*Text, Bytes - 1) + 1 : Bytes;
  }

  Json physicalLocation(const Location &Where) {
    Json Physical;
    Physical["artifactLocation"] = artifactLocation(Where.File);
    if (Where.Line) {
      Physical["region"]["startLine"] = Where.Line;
      if (Where.Column)
        Physical["region"]["startColumn"] =
            column(Where.File, Where.Line, Where.Column);
    }
    return Physical;
  }

  Json locationWithMessage(const Location &Where, const std::string &Message) {
    Json Object;
    Object["physicalLocation"] = physicalLocation(Where);
    Object["message"]["text"] = Message;
    return Object;
  }

  Json driver() {
    Json Driver;
    Driver["name"] = "gridlock";
    Driver["semanticVersion"] = GRIDLOCK_VERSION;
    Driver["rules"] = Json::array();
    for (const RuleText &Text : R.Rules)
      addRule(Driver, Text);
    for (const Finding &F : R.Findings) // a rule nobody described
      if (!RuleIndex.count(F.Rule))
        addRule(Driver, {F.Rule, F.Rule, {}, {}});
    return Driver;
  }

  void addRule(Json &Driver, const RuleText &Text) {
    RuleIndex.emplace(Text.Id, Driver["rules"].size());
    const std::string Summary = shortened(Text.Summary, MaxDescription);
    Json Rule;
    Rule["id"] = Text.Id;
    Rule["name"] = Text.Id;
    Rule["shortDescription"]["text"] = Summary;
    Rule["fullDescription"]["text"] = Summary;
    if (!Text.Page.empty()) {
      Rule["help"]["text"] = Text.Page;
      Rule["help"]["markdown"] = Text.Page;
    }
    Rule["defaultConfiguration"]["level"] = "warning";
    // GitHub sorts by the rule's precision; ours belongs to each finding.
    const Finding *Best = nullptr;
    for (const Finding &F : R.Findings)
      if (F.Rule == Text.Id && (!Best || F.Confidence > Best->Confidence))
        Best = &F;
    if (Best)
      Rule["properties"]["precision"] = toString(Best->Confidence);
    Rule["properties"]["problem.severity"] = "warning";
    Rule["properties"]["tags"] = Text.Tags;
    if (std::ssize(Text.Tags) > MaxTags)
      Rule["properties"]["tags"] =
          std::vector(Text.Tags.begin(), Text.Tags.begin() + MaxTags);
    Driver["rules"].push_back(std::move(Rule));
  }

  /// The findings that fit, the least certain left out first, in their order.
  std::vector<const Finding *> kept() {
    std::vector<const Finding *> All;
    for (const Finding &F : R.Findings)
      All.push_back(&F);
    if (All.size() <= MaxResults)
      return All;
    std::stable_sort(All.begin(), All.end(),
                     [](const Finding *A, const Finding *B) {
                       return A->Confidence > B->Confidence;
                     });
    Cuts.push_back(
        "SARIF: " + std::to_string(All.size() - MaxResults) + " of " +
        std::to_string(All.size()) +
        " findings left out, the least certain first; GitHub shows " +
        std::to_string(MaxResults));
    All.resize(MaxResults);
    std::sort(All.begin(), All.end()); // back to the order of R.Findings
    return All;
  }

  Json result(const Finding &F) {
    Json Result;
    Result["ruleId"] = F.Rule;
    Result["ruleIndex"] = RuleIndex.at(F.Rule);
    Result["level"] = "warning";
    std::string Message = F.Message;
    for (const Note &N :
         F.Notes) // a note without a place has no location object
      if (N.Where.File.empty())
        Message += "\n" + N.Message;
    Result["message"]["text"] = Message;
    Json Primary;
    Primary["physicalLocation"] = physicalLocation(F.Where);
    if (!F.Function.empty())
      Primary["logicalLocations"] = Json::array(
          {{{"fullyQualifiedName", F.Function}, {"kind", "function"}}});
    Result["locations"] = Json::array({Primary});
    Result["partialFingerprints"]["gridlock/v1"] = F.Fingerprint;
    Result["partialFingerprints"]["primaryLocationLineHash"] = F.Fingerprint;
    addNotes(Result, F, Primary);
    if (!F.Fix.empty())
      Result["fixes"] = Json::array({fix(F)});
    Result["properties"]["precision"] = toString(F.Confidence);
    Result["properties"]["operation"] = F.Operation;
    return Result;
  }

  /// One flow: the steps of one thread after the other, each thread's in a
  /// flow of its own, and the finding as the last step of each.
  void addNotes(Json &Result, const Finding &F, const Json &Primary) {
    Json Related = Json::array();
    std::map<unsigned, Json> Sides; // steps
    std::size_t Taken = 0, Left = 0;
    for (const Note &N : F.Notes) {
      if (N.Where.File.empty())
        continue;
      if (Taken + 1 >= MaxSteps) {
        ++Left;
        continue;
      }
      ++Taken;
      Json Place = locationWithMessage(N.Where, N.Message);
      Sides[N.Side].push_back({{"location", Place}});
      Place["id"] = Related.size() + 1;
      Related.push_back(std::move(Place));
    }
    if (Related.empty())
      return;
    if (Left)
      Cuts.push_back("SARIF: " + std::to_string(Left) +
                     " notes of a finding in '" + F.Where.File + "' left out");
    Result["relatedLocations"] = std::move(Related);
    Json Threads = Json::array();
    for (auto &[Side, Steps] : Sides) {
      Json Thread;
      if (Side != 0)
        Thread["id"] = "side " + std::to_string(Side);
      else { // the finding is where the path ends
        Json Last = Primary;
        Last["message"]["text"] = F.Message;
        Steps.push_back({{"location", std::move(Last)}});
      }
      Thread["locations"] = std::move(Steps);
      Threads.push_back(std::move(Thread));
    }
    Result["codeFlows"] = Json::array({{{"threadFlows", std::move(Threads)}}});
  }

  Json fix(const Finding &F) {
    Json Changes = Json::array();
    std::map<std::string, std::size_t> Index; // of files
    for (const Edit &E : F.Fix) {
      const std::string &File = E.Begin.File;
      const auto [It, New] = Index.try_emplace(File, Changes.size());
      if (New)
        Changes.push_back({{"artifactLocation", artifactLocation(File)},
                           {"replacements", Json::array()}});
      Json Replacement;
      Json &Region = Replacement["deletedRegion"];
      Region["startLine"] = E.Begin.Line;
      Region["startColumn"] = column(File, E.Begin.Line, E.Begin.Column);
      Region["endLine"] = E.EndLine;
      Region["endColumn"] = column(File, E.EndLine, E.EndColumn);
      if (!E.Text.empty())
        Replacement["insertedContent"]["text"] = E.Text;
      Changes[It->second]["replacements"].push_back(std::move(Replacement));
    }
    return {{"artifactChanges", std::move(Changes)}};
  }

  Json invocation() {
    Json Invocation;
    Invocation["executionSuccessful"] = R.Counts.Failed == 0;
    Json Notifications = Json::array();
    for (const Trouble &T : R.Troubles) {
      Json Item;
      Item["level"] = T.Partial ? "warning" : "error";
      Item["message"]["text"] = T.Reason;
      Item["locations"] =
          Json::array({{{"physicalLocation", physicalLocation(T.Where)}}});
      Notifications.push_back(std::move(Item));
    }
    for (const std::string &Cut : Cuts)
      Notifications.push_back(
          {{"level", "note"}, {"message", {{"text", Cut}}}});
    Invocation["toolExecutionNotifications"] = std::move(Notifications);
    Invocation["properties"]["summary"] = summaryLine(R);
    return Invocation;
  }
};

} // namespace

std::vector<std::string> writeSarif(std::ostream &Out, const Report &R) {
  SarifWriter Writer(R);
  const Json Root = Writer.write();
  Out << Root.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  return Writer.takeCuts();
}

} // namespace gridlock::report

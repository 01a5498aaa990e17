// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every field in every format, and what is particular to each format.
#include "test/unit/report/Samples.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace gridlock;
using namespace gridlock::report;
namespace fs = std::filesystem;

namespace {

std::string text(const Report &R,
                 TextOptions Options = {"/no such/root", false}) {
  std::ostringstream Out;
  writeText(Out, R, Options);
  return Out.str();
}
std::string json(const Report &R) {
  std::ostringstream Out;
  writeJson(Out, R);
  return Out.str();
}
std::string sarif(const Report &R) {
  std::ostringstream Out;
  writeSarif(Out, R);
  return Out.str();
}

// A field of Finding, Summary or Trouble and how each format shows it. Text
// leaves out, on purpose (Absent), what a reader at a terminal has no use for;
// failed files are on stderr there, edits with the source they change.
constexpr const char *Absent = nullptr;
struct Row {
  const char *Field, *Text, *Json, *Sarif;
};
constexpr Row Table[] = {
    {"Rule", "[gridlock-sample-rule]", "\"rule\": \"gridlock-sample-rule\"",
     "\"ruleId\": \"gridlock-sample-rule\""},
    {"Where.File", "src/main file.cpp:", "\"file\": \"src/main file.cpp\"",
     "\"uri\": \"src/main%20file.cpp\""},
    {"Where.Line", ":41:", "\"line\": 41", "\"startLine\": 41"},
    {"Where.Column", ":7: ", "\"column\": 7", "\"startColumn\": 7"},
    {"Function", "'app::Server::handle'",
     "\"function\": \"app::Server::handle\"",
     "\"fullyQualifiedName\": \"app::Server::handle\""},
    {"Operation", Absent, "\"operation\": \"posix/sample_op\"",
     "\"operation\": \"posix/sample_op\""},
    {"Message", "warning: 'sample_op' blocks",
     "\"message\": \"'sample_op' blocks", "\"text\": \"'sample_op' blocks"},
    {"Notes.Message", "note: first note: called here",
     "\"message\": \"first note: called here\"",
     "\"text\": \"first note: called here\""},
    {"Notes.Where", "src/other.cpp:52:9: ", "\"line\": 52",
     "\"startLine\": 52"},
    {"Notes.Where outside",
     "/usr/include/c++/x.h:63:11: ", "\"file\": \"/usr/include/c++/x.h\"",
     "\"uri\": \"file:///usr/include/c++/x.h\""},
    {"Notes without place", "\nnote: third note: without a place",
     "\"message\": \"third note: without a place\"",
     "\\nthird note: without a place"},
    {"Confidence", "\nnote: precision: very-high\n",
     "\"precision\": \"very-high\"", "\"precision\": \"very-high\""},
    {"Fingerprint", Absent, "\"fingerprint\": \"0123456789abcdef\"",
     "\"gridlock/v1\": \"0123456789abcdef\""},
    {"Notes.Side", Absent, "\"side\": 21", "\"id\": \"side 21\""},
    {"Fix.Begin.File", "src/edited.cpp:", "\"file\": \"src/edited.cpp\"",
     "\"uri\": \"src/edited.cpp\""},
    {"Fix.Begin.Line", ":81:", "\"line\": 81", "\"startLine\": 81"},
    {"Fix.Begin.Column", ":5: note: the fix changes this", "\"column\": 5",
     "\"startColumn\": 5"},
    {"Fix.EndLine", Absent, "\"end_line\": 82", "\"endLine\": 82"},
    {"Fix.EndColumn", Absent, "\"end_column\": 17", "\"endColumn\": 17"},
    {"Fix.Text", Absent, "\"text\": \"replacement text\"",
     "\"text\": \"replacement text\""},
    {"Files", "101 files analysed", "\"files\": 101", "101 files analysed"},
    {"Failed", "102 failed", "\"failed\": 102", "102 failed"},
    {"Partial", "103 of them with errors", "\"partial\": 103",
     "103 of them with errors"},
    {"Excluded", "109 excluded", "\"excluded\": 109", "109 excluded"},
    {"findings", "1 finding (", "\"findings\": 1", "1 finding ("},
    {"Suppressed", "104 suppressed", "\"suppressed\": 104", "104 suppressed"},
    {"Baselined", "105 in the baseline", "\"baseline\": 105",
     "105 in the baseline"},
    {"Hidden", "106 below the profile", "\"hidden\": 106",
     "106 below the profile"},
    {"Unresolved", "107 unresolved calls", "\"unresolved\": 107",
     "107 unresolved calls"},
    {"Uninstantiated", "108 templates never instantiated",
     "\"uninstantiated\": 108", "108 templates never instantiated"},
    {"Unresolved.Root", "113 from coroutine 'rooted'",
     "\"root\": \"coroutine 'rooted'\"", "113 from coroutine 'rooted'"},
    {"Unresolved.Where", Absent, "\"line\": 111", Absent},
    {"Unresolved.Calls", Absent, "\"calls\": 113", Absent},
    {"CutLocks", "110 locks not followed", "\"cut_locks\": 110",
     "110 locks not followed"},
    {"Trouble.Reason", Absent, "\"reason\": \"parse trouble text\"",
     "\"text\": \"parse trouble text\""},
    {"Trouble.Where", Absent, "\"line\": 74", "\"startLine\": 74"},
    {"RuleText.Summary", Absent, Absent, "\"text\": \"Sample summary.\""},
    {"RuleText.Page", Absent, Absent, "\"markdown\": \"# Sample page\""},
    {"RuleText.Tags", Absent, Absent, "\"sample-tag\""},
};

TEST(Writers, ShowEveryFieldInEveryFormat) {
  const Report R = sampleReport();
  const std::string Text = text(R), Json = json(R), Sarif = sarif(R);
  const auto Check = [](const Row &Row, const char *Expected,
                        const std::string &Output) {
    if (!Expected)
      return;
    EXPECT_NE(Output.find(Expected), std::string::npos)
        << Row.Field << " as " << Expected << " in\n"
        << Output;
  };
  for (const Row &Row : Table) {
    Check(Row, Row.Text, Text);
    Check(Row, Row.Json, Json);
    Check(Row, Row.Sarif, Sarif);
  }
}

TEST(Text, LastLineIsTheSummary) {
  Report R;
  R.Counts.Files = 1;
  R.Counts.Unresolved = 1;
  EXPECT_EQ(text(R), "1 file analysed, 0 failed, 0 findings (0 suppressed), 1 "
                     "unresolved call\n");
}

TEST(Text, ShowsTheSourceLineWithACaret) {
  std::string Name = ::testing::TempDir() + "/gridlock-text-XXXXXX";
  ASSERT_NE(::mkdtemp(Name.data()), nullptr);
  std::ofstream(fs::path(Name) / "a.cpp") << "first\n\t\xc3\xa4 = sleep(1);\n";
  Report R;
  R.Root = Name;
  Finding F;
  F.Rule = "rule";
  F.Message = "message";
  F.Where = {"a.cpp", 2, 7};
  F.Notes = {{{"a.cpp", 9, 1}, "no such line"},
             {{"b.cpp", 1, 1}, "no such file"}};
  R.Findings = {F};
  const std::string Plain = text(R, {Name, false});
  EXPECT_EQ(Plain.substr(0, Plain.rfind("0 files")),
            "a.cpp:2:7: warning: message [rule]\n"
            "    2 | \t\xc3\xa4 = sleep(1);\n"
            "      | \t    ^\n"
            "a.cpp:9:1: note: no such line\n"
            "b.cpp:1:1: note: no such file\n"
            "note: precision: high\n");
  const std::string Colored = text(R, {Name, true});
  EXPECT_NE(Colored.find("\x1b[0;1;35mwarning: \x1b[0m"), std::string::npos);
  fs::remove_all(Name);
}

TEST(Text, ShowsAFixBelowTheLine) {
  std::string Name = ::testing::TempDir() + "/gridlock-text-XXXXXX";
  ASSERT_NE(::mkdtemp(Name.data()), nullptr);
  std::ofstream(fs::path(Name) / "a.cpp") << "\tm.lock();\n\tm.unlock();\n";
  Report R;
  R.Root = Name;
  Finding F;
  F.Rule = "rule";
  F.Message = "message";
  F.Where = {"a.cpp", 1, 4};
  F.Fix = {{{"a.cpp", 1, 2}, 1, 11, "Guard G(m);"},
           {{"a.cpp", 2, 2}, 2, 13, ""}};
  R.Findings = {F};
  const std::string Plain = text(R, {Name, false});
  EXPECT_EQ(Plain.substr(0, Plain.rfind("0 files")),
            "a.cpp:1:4: warning: message [rule]\n"
            "    1 | \tm.lock();\n"
            "      | \t~~^~~~~~~\n"
            "      | \tGuard G(m);\n"
            "a.cpp:2:2: note: the fix removes this\n"
            "    2 | \tm.unlock();\n"
            "      | \t^~~~~~~~~~~\n"
            "note: precision: high\n");
  R.Findings[0].Fix = {{{"a.cpp", 1, 2}, 1, 2, "co_await "}};
  EXPECT_NE(text(R, {Name, false})
                .find("      | \t  ^\n"
                      "      | \tco_await \n"),
            std::string::npos);
  fs::remove_all(Name);
}

TEST(Text, TellsOneWayToSeveralFindingsOnce) {
  Report R = sampleReport();
  Finding Second = sampleFinding();
  Second.Where.Line += 1;
  R.Findings.push_back(Second);
  Second.Function = "app::Server::other";
  R.Findings.push_back(Second);
  Second.Notes.back().Message = "another way";
  R.Findings.push_back(Second);
  const std::string Out = text(R);
  const auto Count = [&](const std::string &What) {
    unsigned Times = 0;
    for (std::size_t At = 0; (At = Out.find(What, At)) != std::string::npos;
         ++At)
      ++Times;
    return Times;
  };
  EXPECT_EQ(Count("warning: "), 4u);
  EXPECT_EQ(Count("it is reached as the finding above"), 1u);
  EXPECT_EQ(Count("first note: called here"), 3u);
  EXPECT_EQ(Count("another way"), 1u);
}

TEST(Text, PathsAreRelativeToTheCurrentDirectory) {
  EXPECT_EQ(displayPath("src/a.cpp", "/home/u/p", "/home/u/p"), "src/a.cpp");
  EXPECT_EQ(displayPath("src/a.cpp", "/home/u/p", "/home/u/p/src"), "a.cpp");
  EXPECT_EQ(displayPath("src/a.cpp", "/home/u/p", "/home/u/p/build"),
            "../src/a.cpp");
  EXPECT_EQ(displayPath("src/a.cpp", "/home/u/p", "/tmp"),
            "/home/u/p/src/a.cpp");
  EXPECT_EQ(displayPath("src/a.cpp", "/home/u/p", "/"), "home/u/p/src/a.cpp");
  EXPECT_EQ(displayPath("/usr/include/x.h", "/home/u/p", "/usr/lib"),
            "/usr/include/x.h");
}

TEST(Sarif, KeepsToTheLimitsAndSaysWhatWasCut) {
  Report R;
  R.Root = "/r";
  for (unsigned I = 0; I < 5003; ++I) {
    Finding F = sampleFinding();
    F.Where.Line = I + 1;
    F.Confidence = I < 2 ? Precision::Low : Precision::High;
    R.Findings.push_back(F);
  }
  R.Findings[3].Notes.assign(1500, {{"n.cpp", 1, 1}, "step"});
  std::ostringstream Out;
  const auto Cuts = writeSarif(Out, R);
  const auto Root = nlohmann::json::parse(Out.str());
  const auto &Run = Root["runs"][0];
  const auto &Results = Run["results"];
  ASSERT_EQ(Results.size(), 5000u);
  const auto Line = [](const nlohmann::json &Result) {
    return Result["locations"][0]["physicalLocation"]["region"]["startLine"];
  };
  EXPECT_EQ(Line(Results[0]), 3) << "the two uncertain ones go first";
  EXPECT_EQ(Line(Results[4999]), 5002);
  EXPECT_EQ(Results[1]["codeFlows"][0]["threadFlows"][0]["locations"].size(),
            1000u);
  ASSERT_EQ(Cuts.size(), 2u);
  EXPECT_EQ(Cuts[0].rfind("SARIF: 3 of 5003 findings left out", 0), 0u);
  EXPECT_EQ(Run["invocations"][0]["toolExecutionNotifications"].size(), 2u);
}

TEST(Sarif, EachSideOfADeadlockIsAThread) {
  Report R;
  Finding F = sampleFinding();
  F.Notes = {{{"a.cpp", 1, 1}, "one", 1},
             {{"b.cpp", 2, 1}, "two", 2},
             {{"a.cpp", 3, 1}, "three", 1}};
  R.Findings = {F};
  const auto Root = nlohmann::json::parse(sarif(R));
  const auto &Result = Root["runs"][0]["results"][0];
  ASSERT_EQ(Result["codeFlows"].size(), 1u);
  const auto &Threads = Result["codeFlows"][0]["threadFlows"];
  ASSERT_EQ(Threads.size(), 2u);
  ASSERT_EQ(Threads[0]["locations"].size(), 2u);
  EXPECT_EQ(Threads[0]["locations"][1]["location"]["message"]["text"], "three");
  EXPECT_EQ(Threads[1]["id"], "side 2");
  EXPECT_EQ(Result["relatedLocations"].size(), 3u);
}

TEST(Sarif, RulesAreIndexedEvenWithoutTexts) {
  Report R = sampleReport();
  R.Rules.clear();
  const auto Root = nlohmann::json::parse(sarif(R));
  const auto &Run = Root["runs"][0];
  EXPECT_EQ(Run["results"][0]["ruleIndex"], 0);
  EXPECT_EQ(Run["tool"]["driver"]["rules"][0]["id"], "gridlock-sample-rule");
  EXPECT_EQ(Run["automationDetails"]["id"], "gridlock/check/");
  EXPECT_EQ(Run["originalUriBaseIds"]["%SRCROOT%"]["uri"],
            "file:///no%20such/root/");
}

TEST(Writers, TakeNamesThatAreNotUtf8) {
  Report R = sampleReport();
  R.Findings[0].Where.File = "caf\xe9.cpp";
  EXPECT_NO_THROW(nlohmann::json::parse(json(R)));
  const auto Root = nlohmann::json::parse(sarif(R));
  EXPECT_EQ(Root["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
                ["artifactLocation"]["uri"],
            "caf%E9.cpp");
}

} // namespace

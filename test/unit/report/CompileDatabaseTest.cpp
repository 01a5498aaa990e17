// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compile databases: finding, reading, filtering, and what is wrong with broken
// ones.
#include "tools/driver/CompileDatabase.h"
#include "tools/driver/Files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace fs = std::filesystem;
using namespace gridlock::driver;

namespace {

class Databases : public ::testing::Test {
protected:
  fs::path Root;

  void SetUp() override {
    std::string Name = ::testing::TempDir() + "/gridlock-db-XXXXXX";
    ASSERT_NE(::mkdtemp(Name.data()), nullptr);
    Root = canonicalPath(Name);
    fs::create_directory(Root / ".git"); // the search stops here
  }
  void TearDown() override { fs::remove_all(Root); }

  fs::path write(const fs::path &Name, const std::string &Text) {
    fs::create_directories((Root / Name).parent_path());
    std::ofstream(Root / Name) << Text;
    return Root / Name;
  }
  std::string error(const std::string &Text) {
    auto Result = loadDatabase(write("compile_commands.json", Text));
    const auto *Error = std::get_if<std::string>(&Result);
    if (!Error)
      return "no error";
    const std::string Prefix = (Root / "compile_commands.json:").string();
    return Error->rfind(Prefix, 0) == 0 ? Error->substr(Prefix.size()) : *Error;
  }
  CompileDatabase load(const std::string &Text) {
    auto Result = loadDatabase(write("compile_commands.json", Text));
    if (auto *Error = std::get_if<std::string>(&Result)) {
      ADD_FAILURE() << *Error;
      return {};
    }
    return std::move(std::get<CompileDatabase>(Result));
  }
};

TEST(BuildTargets, AreInTheObjectsPath) {
  EXPECT_EQ(buildTargetOf("/b/CMakeFiles/server.dir/src/a.cc.o"),
            "/b/CMakeFiles/server.dir");
  EXPECT_EQ(buildTargetOf("/b/lib/../CMakeFiles/x.y.dir/__/a.o"),
            "/b/CMakeFiles/x.y.dir");
  EXPECT_EQ(buildTargetOf("/b/src/server.p/main.c.o"), "/b/src/server.p");
  EXPECT_EQ(buildTargetOf("/b/server.dir/a.o"), "");
  EXPECT_EQ(buildTargetOf("/b/CMakeFiles/a.p"), "");
  EXPECT_EQ(buildTargetOf(""), "");
}

TEST_F(Databases, KeepTheTargetsOfMergedCommands) {
  write("a.cc", "");
  const CompileDatabase Found = load(
      R"([{"directory": ".", "file": "a.cc", "command": "c++ -c a.cc -o CMakeFiles/one.dir/a.o"},
          {"directory": ".", "file": "a.cc", "arguments": ["c++", "-c", "a.cc", "-oCMakeFiles/two.dir/a.o"]},
          {"directory": ".", "file": "a.cc", "command": "c++ -DX -c a.cc -o a.o"}])");
  ASSERT_EQ(Found.Commands.size(), 2u);
  EXPECT_EQ(Found.Commands[0].Targets,
            (std::vector{(Root / "CMakeFiles/one.dir").string(),
                         (Root / "CMakeFiles/two.dir").string()}));
  EXPECT_TRUE(Found.Commands[1].Targets.empty());
}

TEST_F(Databases, BrokenOnesAreNamedWithTheirPlace) {
  EXPECT_EQ(error("[{\n  \"file\": oops}]").substr(0, 20),
            "2:11: not valid JSON");
  EXPECT_EQ(error("").substr(0, 19), "1:1: not valid JSON");
  EXPECT_EQ(error("{}"),
            "1:1: a compile database is an array of commands, this is object");
  EXPECT_NE(error("[]").find("is empty"), std::string::npos);
  EXPECT_EQ(error("[3]"), " entry 0: must be an object, it is number");
  EXPECT_EQ(error(R"([{"directory": "/", "command": "c"}])"),
            " entry 0: key 'file' is missing");
  EXPECT_EQ(error(R"([{"file": 1, "directory": "/", "command": "c"}])"),
            " entry 0: 'file' must be a string, it is number");
  EXPECT_EQ(error(R"([{"file": "a", "directory": "/"}])"),
            " entry 0: neither 'command' nor 'arguments'");
  EXPECT_EQ(error(R"([{"file": "a", "directory": "/", "arguments": "c"}])"),
            " entry 0: 'arguments' must be an array, it is string");
  EXPECT_EQ(error(R"([{"file": "a", "directory": "/", "arguments": [1]}])"),
            " entry 0: 'arguments' must hold strings, one is number");
  EXPECT_EQ(error(R"([{"file": "a", "directory": "/", "command": " "}])"),
            " entry 0: the command is empty");
  EXPECT_EQ(error(R"([{"file": "a", "directory": "/", "command": "c 'x"}])"),
            " entry 0: 'command': single quote at character 3 is never closed");
}

TEST_F(Databases, CommandsAreMergedSkippedOrNamedAsFailed) {
  write("src/a.cpp", "");
  write("src/b.S", "");
  const CompileDatabase Database = load(R"([
    {"file": "src/a.cpp", "directory": ".", "command": "c++ -O2 -c src/a.cpp -o 1.o"},
    {"file": "src/../src/a.cpp", "directory": ".", "command": "c++ -O2 -c src/a.cpp -o 2.o"},
    {"file": "src/a.cpp", "directory": ".", "arguments": ["c++", "-DX", "-c", "src/a.cpp"]},
    {"file": "src/b.S", "directory": ".", "command": "c++ -c src/b.S"},
    {"file": "gone.cpp", "directory": ".", "command": "c++ -c gone.cpp"},
    {"file": "src/a.cpp", "directory": ".", "command": "c++ @gone.modmap -c src/a.cpp"}])");
  ASSERT_EQ(Database.Commands.size(), 2u);
  EXPECT_EQ(Database.Commands[0].File, Root / "src/a.cpp");
  EXPECT_EQ(Database.Commands[1].Ordinal, 1u);
  EXPECT_EQ(Database.Commands[1].Arguments[1], "-DX");
  ASSERT_EQ(Database.Failed.size(), 2u);
  EXPECT_EQ(Database.Failed[0].Reason, "no such file");
  EXPECT_NE(Database.Failed[1].Reason.find("gone.modmap"), std::string::npos);
  EXPECT_EQ(Database.Notes, std::vector<std::string>{
                                "1 '.S' file(s) left out: neither C nor C++"});
}

TEST_F(Databases, AreFoundInBuildFoldersAndParents) {
  const fs::path Inner = Root / "src/deep";
  fs::create_directories(Inner);
  EXPECT_TRUE(std::holds_alternative<std::string>(findDatabase("", Inner)));
  const fs::path Old = write("build/dev/compile_commands.json", "[]");
  fs::last_write_time(Old,
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  const fs::path New = write("build-release/compile_commands.json", "[]");
  auto Found = std::get<FoundDatabase>(findDatabase("", Inner));
  EXPECT_EQ(Found.Path, New);
  EXPECT_EQ(Found.Others, std::vector<fs::path>{Old});
  const fs::path Near = write("src/compile_commands.json", "[]");
  EXPECT_EQ(std::get<FoundDatabase>(findDatabase("", Inner)).Path, Near);
  EXPECT_EQ(
      std::get<FoundDatabase>(findDatabase("../../build/dev", Inner)).Path,
      Old);
  EXPECT_EQ(std::get<FoundDatabase>(findDatabase(Old, Inner)).Path, Old);
  EXPECT_TRUE(
      std::holds_alternative<std::string>(findDatabase("nowhere", Inner)));
}

TEST_F(Databases, PathFilterKeepsWhatLiesBelow) {
  for (const char *Name : {"src/a.cpp", "src/b.cpp", "srcs/c.cpp"})
    write(Name, "");
  const std::string Text = R"([
    {"file": "src/a.cpp", "directory": ".", "command": "c++ src/a.cpp"},
    {"file": "src/b.cpp", "directory": ".", "command": "c++ src/b.cpp"},
    {"file": "srcs/c.cpp", "directory": ".", "command": "c++ srcs/c.cpp"},
    {"file": "src/gone.cpp", "directory": ".", "command": "c++ src/gone.cpp"}])";
  CompileDatabase Folder = load(Text);
  EXPECT_EQ(filterByPaths(Folder, {"src/"}, Root), "");
  EXPECT_EQ(Folder.Commands.size(), 2u);
  EXPECT_EQ(Folder.Failed.size(), 1u);
  CompileDatabase File = load(Text);
  EXPECT_EQ(filterByPaths(File, {"../srcs/c.cpp"}, Root / "src"), "");
  ASSERT_EQ(File.Commands.size(), 1u);
  EXPECT_EQ(File.Failed.size(), 0u);
  CompileDatabase None = load(Text);
  write("include/x.h", "");
  EXPECT_NE(filterByPaths(None, {"src", "include"}, Root)
                .find("'include' matches no file"),
            std::string::npos);
  CompileDatabase Gone = load(Text);
  EXPECT_NE(
      filterByPaths(Gone, {"sources"}, Root).find("'sources' does not exist"),
      std::string::npos);
}

TEST_F(Databases, RootIsTheWorkTreeOrTheCommonFolder) {
  write("src/a.cpp", "");
  write("src/lib/b.cpp", "");
  write("build/compile_commands.json", R"([
    {"file": "../src/lib/b.cpp", "directory": ".", "command": "c++ b.cpp"},
    {"file": "../src/a.cpp", "directory": ".", "command": "c++ a.cpp"}])");
  auto Database = std::get<CompileDatabase>(
      loadDatabase(Root / "build/compile_commands.json"));
  EXPECT_EQ(chooseRoot(Database, "/"), Root);
  fs::remove_all(Root / ".git");
  EXPECT_EQ(chooseRoot(Database, "/"), Root / "src");
  Database.Commands[1].File = "/elsewhere/c.cpp";
  EXPECT_EQ(chooseRoot(Database, "/"), Root / "build");
}

TEST_F(Databases, FlagsFormMakesOneCommandAFile) {
  write("a.cpp", "");
  write("b.c", "");
  const CompileDatabase Database =
      databaseFromFlags({"a.cpp", "b.c", "./a.cpp", "gone.cpp"}, {"-DX"}, Root);
  ASSERT_EQ(Database.Commands.size(), 2u);
  EXPECT_EQ(Database.Commands[0].Arguments,
            (std::vector<std::string>{"clang++", "-DX", "-c",
                                      (Root / "a.cpp").string()}));
  EXPECT_EQ(Database.Commands[1].Arguments[0], "clang");
  ASSERT_EQ(Database.Failed.size(), 1u);
}

} // namespace

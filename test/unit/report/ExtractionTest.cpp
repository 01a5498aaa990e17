// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cache folder and the ninja run, with a shell script as extractor: what is
// run again, what isn't, and what becomes of one that fails.
#include "tools/driver/Extraction.h"
#include "tools/driver/Files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace fs = std::filesystem;
using namespace gridlock::driver;

namespace {

class Extraction : public ::testing::Test {
protected:
  fs::path Root;
  ExtractionOptions Options;
  std::vector<CompileCommand> Commands;

  void SetUp() override {
    std::string Name = ::testing::TempDir() + "/gridlock $ex'XXXXXX";
    ASSERT_NE(::mkdtemp(Name.data()), nullptr);
    Root = canonicalPath(Name);
    Options.Root = Root;
    Options.Tool = {19, Root / "fake extract"};
    Options.CacheDirectory = Root / "cache dir";
    fs::create_directory(Options.CacheDirectory);
    add("a.cpp");
    add("b c.cpp");
    // Notes each run; the facts are a copy of the unit. $2 unit, $4 out, $6
    // depfile.
    script("echo run >> runs\n"
           "cp \"$2\" \"$4\"\n"
           "printf '%s: header.h\\n' \"$4\" > \"$6\"\n");
    std::ofstream(Options.CacheDirectory / "header.h") << "1";
  }
  void TearDown() override { fs::remove_all(Root); }

  void add(const std::string &Name, const std::string &Flag = "-O1",
           unsigned Ordinal = 0) {
    std::ofstream(Root / Name) << "";
    Commands.push_back({Root, Root / Name, {"c++", Flag, Name}, Ordinal, {}});
  }
  void script(const std::string &Body) {
    // Written anew each time: its time stamp is a dependency.
    fs::remove(Options.Tool.Path);
    std::ofstream(Options.Tool.Path) << "#!/bin/sh\n" << Body;
    fs::permissions(Options.Tool.Path, fs::perms::all);
  }
  std::vector<ExtractedUnit> run() {
    Progress Meter(Progress::Mode::Quiet);
    auto Result = extract(Commands, Options, Meter);
    if (auto *Error = std::get_if<std::string>(&Result)) {
      ADD_FAILURE() << *Error;
      return {};
    }
    return std::move(std::get<std::vector<ExtractedUnit>>(Result));
  }
  /// How many times the extractor ran since the last call.
  long runs() {
    const fs::path Log = Options.CacheDirectory / "runs";
    const std::string Text = readFile(Log).value_or("");
    fs::remove(Log);
    return std::count(Text.begin(), Text.end(), '\n');
  }
};

TEST_F(Extraction, RunsOnlyWhatChanged) {
  add("a.cpp", "-O2", 1); // a second command of one file is a unit of its own
  const auto Units = run();
  ASSERT_EQ(Units.size(), 3u);
  for (const ExtractedUnit &Unit : Units)
    EXPECT_EQ(Unit.Failure, "");
  EXPECT_NE(Units[0].Facts, Units[2].Facts);
  EXPECT_NE(readFile(Units[2].Facts)->find("a.cpp#2"), std::string::npos);
  EXPECT_EQ(runs(), 3);
  run();
  EXPECT_EQ(runs(), 0);
  Commands[1].Arguments.push_back("-DNEW");
  run();
  EXPECT_EQ(runs(), 1);
  const auto Later = fs::file_time_type::clock::now() + std::chrono::seconds(2);
  fs::last_write_time(Options.CacheDirectory / "header.h", Later);
  run();
  EXPECT_EQ(runs(), 3);
}

TEST_F(Extraction, RunsAgainWithANewExtractor) {
  run();
  EXPECT_EQ(runs(), 2);
  const auto Later = fs::file_time_type::clock::now() + std::chrono::seconds(2);
  fs::last_write_time(Options.Tool.Path, Later);
  run();
  EXPECT_EQ(runs(), 2);
}

TEST_F(Extraction, FailureOfOneLeavesTheOthersAndSaysWhy) {
  run(); // the facts of this run must not stand in for the next one's
  script("case \"$2\" in */b*) echo 'went wrong' >&2; kill -SEGV $$ ;; esac\n"
         "cp \"$2\" \"$4\"; echo \"$4:\" > \"$6\"\n");
  const auto Later = fs::file_time_type::clock::now() + std::chrono::seconds(2);
  fs::last_write_time(Options.Tool.Path, Later);
  auto Units = run();
  ASSERT_EQ(Units.size(), 2u);
  EXPECT_EQ(Units[0].Failure, "");
  EXPECT_EQ(Units[1].Failure.rfind("the extractor crashed (Segmentation fault)"
                                   ": went wrong",
                                   0),
            0u)
      << Units[1].Failure;
  script("exit 7\n");
  fs::last_write_time(Options.Tool.Path, Later + std::chrono::seconds(2));
  Units = run();
  EXPECT_EQ(Units[0].Failure.rfind("the extractor failed (exit status 7)", 0),
            0u)
      << Units[0].Failure;
}

// A header that one of 200 files includes, and that file itself.
TEST_F(Extraction, RunsOneOfManyForOneChange) {
  Commands.clear();
  for (int I = 0; I < 200; ++I)
    add("many" + std::to_string(I) + ".cpp");
  script("echo run >> runs; : > \"$4\"; own=\n"
         "case \"$2\" in */many77.*) own=header.h ;; esac\n"
         "main=${2##*/}\n"
         "echo \"$4: ../${main%-*} $own\" > \"$6\"\n");
  EXPECT_EQ(run().size(), 200u);
  EXPECT_EQ(runs(), 200);
  run();
  EXPECT_EQ(runs(), 0);
  const auto Touch = [](const fs::path &File) {
    fs::last_write_time(File, fs::file_time_type::clock::now());
  };
  Touch(Root / "many5.cpp");
  run();
  EXPECT_EQ(runs(), 1);
  Touch(Options.CacheDirectory / "header.h");
  run();
  EXPECT_EQ(runs(), 1);
}

TEST_F(Extraction, HungExtractorIsEndedOnceAndAgainWithAHigherLimit) {
  script("echo run >> runs\n"
         "case \"$7\" in --gave-up=*) ;; *) case \"$2\" in */b*) "
         "exec sleep 60 ;; esac ;; esac\n"
         "printf '%s' \"$7\" > \"$4\"; echo \"$4:\" > \"$6\"\n");
  Options.Seconds = 1;
  auto Units = run();
  ASSERT_EQ(Units.size(), 2u);
  EXPECT_EQ(runs(), 3); // of the one that hangs also the one that tells it
  EXPECT_EQ(Units[1].Failure, "");
  EXPECT_EQ(readFile(Units[1].Facts), "--gave-up=124");
  EXPECT_EQ(readFile(Units[0].Facts), "");
  run();
  EXPECT_EQ(runs(), 0);
  Options.Seconds = 2;
  run();
  EXPECT_EQ(runs(), 2);
  run();
  EXPECT_EQ(runs(), 0);
}

TEST_F(Extraction, PrunesWhatWasNotUsedForLong) {
  const auto All = run();
  runs();
  Commands.pop_back();
  run();
  EXPECT_TRUE(fs::exists(All[1].Facts)); // a run over part of the files
  const auto Age = [&](int Days) {
    for (const auto &Entry : fs::directory_iterator(All[0].Facts.parent_path()))
      fs::last_write_time(Entry.path(), fs::file_time_type::clock::now() -
                                            std::chrono::hours(24 * Days));
  };
  Age(29);
  run();
  EXPECT_TRUE(fs::exists(All[1].Facts));
  Age(31);
  run();
  EXPECT_FALSE(fs::exists(All[1].Facts));
  EXPECT_TRUE(fs::exists(All[0].Facts)); // old, and in use
  add("c.cpp");
  Options.Limits.Bytes = 0;
  const auto Now = run();
  for (const ExtractedUnit &Unit : Now)
    EXPECT_TRUE(fs::exists(Unit.Facts));
  Commands.erase(Commands.begin());
  run();
  EXPECT_FALSE(fs::exists(Now[0].Facts));
}

TEST_F(Extraction, CacheFolderIsGivenInPlaceOrInTheUsersCache) {
  ::unsetenv("GRIDLOCK_CACHE_DIR");
  ::setenv("XDG_CACHE_HOME", (Root / "xdg").c_str(), 1);
  const auto Choose = [&](const fs::path &Given, const fs::path &InPlace) {
    return std::get<fs::path>(chooseCacheDirectory(Given, InPlace, "key"));
  };
  EXPECT_EQ(Choose(Root / "given", Root), Root / "given");
  EXPECT_EQ(Choose("", Root), Root / ".gridlock-cache");
  EXPECT_EQ(readFile(Root / ".gridlock-cache/.gitignore"), "*\n");
  EXPECT_EQ(Choose("", "/proc"), Root / "xdg/gridlock" / hashName("key"));
  ::setenv("GRIDLOCK_CACHE_DIR", (Root / "base").c_str(), 1);
  EXPECT_EQ(Choose("", Root), Root / "base" / hashName("key"));
  ::unsetenv("GRIDLOCK_CACHE_DIR");
  EXPECT_TRUE(std::holds_alternative<std::string>(
      chooseCacheDirectory("/proc/none", Root, "key")));
}

} // namespace

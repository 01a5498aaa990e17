// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/facts/FactsFile.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace gridlock;
using namespace gridlock::facts;

namespace {

/// One function with a call `poll(p0, 1, 0)` in it.
FileT smallFile() {
  FileT File;
  File.version = FactsVersion;
  File.strings = {"", "main.cpp", "wait_once", "poll"};
  auto Source = std::make_unique<SourceFileT>();
  Source->path = 1;
  File.files.push_back(std::move(Source));
  for (std::uint32_t Name : {0U, 2U, 3U}) {
    auto Symbol = std::make_unique<SymbolT>();
    Symbol->qualified = Symbol->mangled = Name;
    File.symbols.push_back(std::move(Symbol));
  }
  auto Call = std::make_unique<EventT>();
  Call->kind = EventKind::Call;
  Call->id = 1;
  Call->symbol = 2;
  Call->loc = std::make_unique<Loc>(0, 4, 3);
  auto Place_ = std::make_unique<PlaceT>();
  Place_->root = PlaceRoot::Param;
  auto Argument = std::make_unique<ValueT>();
  Argument->kind = ValueKind::Place;
  Argument->place = std::move(Place_);
  Call->args.push_back(std::move(Argument));
  for (int Number : {1, 0}) {
    auto Constant = std::make_unique<ValueT>();
    Constant->kind = ValueKind::Constant;
    Constant->integer = Number;
    Call->args.push_back(std::move(Constant));
  }
  auto Body = std::make_unique<FunctionT>();
  Body->symbol = 1;
  Body->blocks.push_back(std::make_unique<BlockT>());
  Body->blocks[0]->events.push_back(std::move(Call));
  File.functions.push_back(std::move(Body));
  return File;
}

std::string refusal(std::vector<std::uint8_t> Bytes) {
  auto Loaded = FactsFile::fromBuffer(std::move(Bytes), "x.glkf");
  const auto *Problem = std::get_if<std::string>(&Loaded);
  return Problem ? *Problem : "accepted";
}

TEST(FactsFile, KeepsWhatWasWritten) {
  auto Loaded = FactsFile::fromBuffer(packFacts(smallFile()), "x");
  ASSERT_TRUE(std::holds_alternative<FactsFile>(Loaded))
      << std::get<std::string>(Loaded);
  EXPECT_EQ(dumpFacts(std::get<FactsFile>(Loaded)),
            "file main.cpp version 1 status ok\n"
            "function wait_once at -\n"
            "  block 0 exit\n"
            "    #1 main.cpp:4:3 call poll(param #0, 1, 0)\n");
}

TEST(FactsFile, RefusesEveryTruncation) {
  std::vector<std::uint8_t> Bytes = packFacts(smallFile());
  for (std::size_t Size = 0; Size < Bytes.size(); ++Size)
    EXPECT_NE(refusal({Bytes.begin(), Bytes.begin() + Size}), "accepted")
        << "truncated to " << Size << " of " << Bytes.size();
}

TEST(FactsFile, NamesTheVersionItCannotRead) {
  FileT File = smallFile();
  File.version = FactsVersion + 7;
  EXPECT_EQ(refusal(packFacts(File)),
            "x.glkf: facts version 8, this gridlock reads version 1; remove it "
            "and run the extraction again");
}

TEST(FactsFile, RefusesIndicesOutOfRange) {
  FileT File = smallFile();
  File.functions[0]->blocks[0]->events[0]->symbol = 99;
  EXPECT_NE(refusal(packFacts(File)).find("symbol index out of range"),
            std::string::npos);
  File = smallFile();
  File.functions[0]->blocks[0]->edges.push_back(std::make_unique<EdgeT>());
  File.functions[0]->blocks[0]->edges[0]->to = 5;
  EXPECT_NE(refusal(packFacts(File)).find("edge index out of range"),
            std::string::npos);
}

TEST(FactsFile, LoadsFromDiskAndExplainsWhatIsWrong) {
  std::string Path = ::testing::TempDir() + "facts-file-test.glkf";
  ASSERT_EQ(writeFacts(smallFile(), Path), "");
  EXPECT_TRUE(std::holds_alternative<FactsFile>(FactsFile::load(Path)));
  std::filesystem::resize_file(Path, std::filesystem::file_size(Path) / 2);
  auto Half = FactsFile::load(Path);
  ASSERT_TRUE(std::holds_alternative<std::string>(Half));
  EXPECT_NE(std::get<std::string>(Half).find("truncated or corrupt"),
            std::string::npos);
  std::ofstream(Path, std::ios::trunc) << "";
  EXPECT_NE(std::get<std::string>(FactsFile::load(Path)).find("empty"),
            std::string::npos);
  std::remove(Path.c_str());
  EXPECT_NE(std::get<std::string>(FactsFile::load(Path)).find("No such file"),
            std::string::npos);
}

TEST(FactsFile, ReportsAnUnwritablePath) {
  EXPECT_NE(writeFacts(smallFile(), "/dev/null/x.glkf").find("/dev/null"),
            std::string::npos);
}

} // namespace

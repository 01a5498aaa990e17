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

std::vector<std::uint8_t> bytesOf(const std::string &Path) {
  std::ifstream In(Path, std::ios::binary);
  return {std::istreambuf_iterator<char>(In), {}};
}

TEST(FactsFile, RefusesAFileInWhichAnyByteWasChanged) {
  std::string Path = ::testing::TempDir() + "facts-file-seal.glkf";
  ASSERT_EQ(writeFacts(smallFile(), Path), "");
  const std::vector<std::uint8_t> Whole = bytesOf(Path);
  ASSERT_GT(Whole.size(), packFacts(smallFile()).size());
  EXPECT_EQ(refusal(Whole), "accepted"); // as a buffer, with its seal
  for (std::size_t I = 0; I < Whole.size(); ++I) {
    std::vector<std::uint8_t> Changed = Whole;
    Changed[I] ^= 0x40;
    std::ofstream(Path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char *>(Changed.data()),
               static_cast<std::streamsize>(Changed.size()));
    EXPECT_TRUE(std::holds_alternative<std::string>(FactsFile::load(Path)))
        << "byte " << I << " of " << Whole.size();
  }
  std::remove(Path.c_str());
}

TEST(FactsFile, DoesNotSealWhatIsUnsound) {
  std::string Path = ::testing::TempDir() + "facts-file-unsound.glkf";
  FileT File = smallFile();
  File.functions[0]->blocks[0]->events[0]->symbol = 99;
  ASSERT_EQ(writeFacts(File, Path), "");
  EXPECT_NE(std::get<std::string>(FactsFile::load(Path))
                .find("symbol index out of range"),
            std::string::npos);
  std::remove(Path.c_str());
}

// Values and places only, since others stand for one place in the program.
TEST(FactsFile, KeepsEqualValuesOnce) {
  FileT File = smallFile();
  BlockT &Block = *File.functions[0]->blocks[0];
  Block.events.push_back(std::make_unique<EventT>(*Block.events[0]));
  for (auto &Event : Block.events) {
    auto Choice = std::make_unique<ValueT>(*Event->args[0]);
    Choice->choices.push_back(std::make_unique<ValueT>(*Event->args[1]));
    Event->args.push_back(std::move(Choice));
  }
  auto Loaded = FactsFile::fromBuffer(packFacts(File), "x");
  ASSERT_TRUE(std::holds_alternative<FactsFile>(Loaded));
  const auto &Body =
      *std::get<FactsFile>(Loaded).root().functions()->Get(0)->blocks()->Get(0);
  const auto *First = Body.events()->Get(0), *Second = Body.events()->Get(1);
  EXPECT_NE(First, Second);
  EXPECT_EQ(First->args()->Get(0), Second->args()->Get(0));
  EXPECT_EQ(First->args()->Get(2), Second->args()->Get(2));
  EXPECT_NE(First->args()->Get(1), First->args()->Get(2));
  const auto *Conditional = First->args()->Get(3);
  EXPECT_NE(Conditional, Second->args()->Get(3));
  EXPECT_EQ(Conditional->place(), First->args()->Get(0)->place());
  EXPECT_EQ(Conditional->choices()->Get(0), First->args()->Get(1));
}

TEST(FactsFile, ReportsAnUnwritablePath) {
  EXPECT_NE(writeFacts(smallFile(), "/dev/null/x.glkf").find("/dev/null"),
            std::string::npos);
}

} // namespace

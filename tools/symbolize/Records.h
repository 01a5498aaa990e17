// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The monitor's record files, read. Nothing in a file is trusted: sizes are
// checked, a record that is cut off ends the reading and is told.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_RECORDS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_RECORDS_H

#include "runtime-monitor/records/Format.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gridlock::symbolize {

struct RawStack {
  monitor::Snapshot Head{};
  std::string Bytes;    // from the stack pointer up
  std::size_t Maps = 0; // index into ProcessRecords::Maps
};

struct LoopData {
  monitor::LoopRecord Head{};
  std::vector<monitor::Bucket> Buckets;
};

struct OrderData {
  monitor::OrderRecord Head{};
  std::vector<monitor::HeldRecord> Held;
};

struct HoldData {
  monitor::HoldRecord Head{};
  std::vector<monitor::WideBucket> Buckets;
};

struct DeadlockPart {
  monitor::DeadlockRecord Head{};
  std::vector<monitor::HeldRecord> Held;
};

struct CoroutineData {
  monitor::CoroutineRecord Head{};
  std::string Function, File; // as the compiler writes them
};

struct ChainLink {
  std::uint32_t Line = 0;
  std::string Function, File;
};

struct StallData {
  monitor::StallRecord Head{};
  RawStack Stack;
};

/// One process's file.
struct ProcessRecords {
  std::filesystem::path File;
  monitor::FileHeader Header{};
  std::string Executable, CommandLine, Directory;
  std::string Suppressions; // the file that the run named, as it named it
  std::vector<std::string>
      Maps; // text of /proc/self/maps, each time it changed
  std::map<std::uint64_t, std::string> BuildIds; // by base address, raw bytes
  std::string Vdso;
  std::map<std::uint32_t, LoopData> Loops;
  std::vector<StallData> Stalls;
  std::map<std::uint32_t, monitor::StallEndRecord> StallEnds;
  std::map<std::uint32_t, monitor::BlockRecord> Blocks;
  std::map<std::uint32_t, monitor::ContentionRecord> Contention;
  std::map<std::uint32_t, monitor::HolderCallRecord>
      HolderCalls; // by id of the contention record
  std::map<std::uint32_t, monitor::LockedCallRecord> LockedCalls;
  std::map<std::uint32_t, HoldData> Holds;
  std::map<std::uint32_t, monitor::SleepRecord> Sleeps;
  std::map<std::uint32_t, OrderData> Orders;
  std::map<std::uint32_t, std::vector<DeadlockPart>>
      Deadlocks; // each part waits for the next one
  std::map<std::uint32_t, CoroutineData> Coroutines;
  std::map<std::pair<monitor::RecordKind, std::uint32_t>,
           monitor::CoroutineEventRecord>
      CoroutineEvents;
  std::map<std::pair<monitor::RecordKind, std::uint32_t>,
           std::vector<ChainLink>>
      Chains, Callbacks; // Callbacks: one link each
  std::map<std::pair<monitor::RecordKind, std::uint32_t>, RawStack> Stacks;
  // What a call was made on.
  std::map<std::pair<monitor::RecordKind, std::uint32_t>, std::string>
      Arguments;
  std::map<std::string, std::uint64_t> Lost;
  bool Running = false;       // read while the program runs
  std::uint64_t Live = 0;     // snapshots that were asked for
  std::uint64_t LiveTime = 0; // when the last one was made
  std::uint64_t Read = 0;     // bytes of File up to the last whole record
  bool Ended = false;         // in order
  std::uint64_t EndTime = 0;  // then: when
  bool Truncated = false;     // the last record is cut off
  std::uint64_t Unknown = 0;  // records of a kind this reader doesn't know

  /// Index into Maps for addresses that have no stack of their own.
  std::size_t lastMaps() const { return Maps.empty() ? 0 : Maps.size() - 1; }
  std::string argumentsOf(monitor::RecordKind Kind, std::uint32_t Id) const {
    const auto Found = Arguments.find({Kind, Id});
    return Found == Arguments.end() ? std::string() : Found->second;
  }
};

struct RecordsOrError {
  std::vector<ProcessRecords> Processes; // by start time
  /// File and reason of what is beside them and can't be used.
  std::vector<std::pair<std::filesystem::path, std::string>> Unusable;
  std::string Error; // what is wrong and what to do, or empty
};

/// Reads File on from where it was read to. Returns what is wrong with it, or
/// an empty text.
std::string readMore(ProcessRecords &R);

/// Every record file in Directory; an error if none of them can be used.
RecordsOrError readRecords(const std::filesystem::path &Directory);

} // namespace gridlock::symbolize

#endif

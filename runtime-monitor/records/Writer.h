// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the record file: raw system calls, no allocation. Any thread may call;
// a record is written whole or not at all. What can't be written is counted and
// said once on stderr, and the program goes on.
#ifndef GRIDLOCK_MONITOR_RECORDS_WRITER_H
#define GRIDLOCK_MONITOR_RECORDS_WRITER_H

#include "runtime-monitor/records/Format.h"

#include <cstddef>

namespace gridlock::monitor {

/// Makes the directory and this process's file in it, and writes the header.
void openRecords() noexcept;
/// In a forked child: leaves the parent's file and makes one of its own when
/// needed.
void reopenRecords() noexcept;
/// On the watchdog's thread, which has a table of descriptors of its own.
void copyRecordsDescriptor() noexcept;
/// False if nothing could be written.
bool anyRecords() noexcept;

struct Piece {
  const void *Data;
  size_t Size;
};

/// One record whose payload is First and Second, one after the other.
void writeRecord(RecordKind Kind, Piece First,
                 Piece Second = {nullptr, 0}) noexcept;

/// Whole records, with their heads and padding.
void writePrepared(Piece Records) noexcept;

/// Counts something that could not be kept; written with the next snapshot.
/// What: a literal.
void lost(const char *What, uint64_t Count = 1) noexcept;
void writeLost() noexcept;

/// Records the mapped files if they have changed, so that stacks can be read
/// later.
void writeMaps() noexcept;
void forgetMaps() noexcept; // in a forked child
/// Whether isCode knows anything, in a forked child its parent's maps.
bool mapsKnown() noexcept;
/// Whether an address lies in code that was mapped when the maps were last
/// written.
bool isCode(uint64_t Address) noexcept;

} // namespace gridlock::monitor

#endif

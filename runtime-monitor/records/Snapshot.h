// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes the cumulative tables: loops, blocking calls, locks, and stacks that
// wait to be written.
#ifndef GRIDLOCK_MONITOR_RECORDS_SNAPSHOT_H
#define GRIDLOCK_MONITOR_RECORDS_SNAPSHOT_H

#include <cstdint>

namespace gridlock::monitor {

struct ArgumentText;
struct Loop;
struct CoroutineChain;
struct Snapshot;
enum class RecordKind : uint32_t;

enum class Occasion { Regular, Asked, Last };

/// Writes what has changed since the last time. Returns how many stalls and
/// blocking calls there were in all.
uint64_t writeSnapshot(Occasion Why) noexcept;
void writeLoop(Loop &L) noexcept;
/// A stack that belongs to another record: the bytes that HEAD says, at BYTES.
void writeStack(RecordKind Of, uint32_t Id, const Snapshot &Head,
                const void *Bytes) noexcept;
/// The coroutines that are on top of a stall's or blocking call's stack, or the
/// callback it is in.
void writeChain(RecordKind Kind, RecordKind Of, uint32_t Id,
                const CoroutineChain &Chain) noexcept;
/// What a call was made on; nothing if that's not known.
void writeArguments(RecordKind Of, uint32_t Id,
                    const ArgumentText &Arguments) noexcept;
/// The name of a thread of this process, or an empty one.
void threadName(uint32_t Tid, char (&Name)[16]) noexcept;
bool somethingToWrite() noexcept;
void resetSnapshot() noexcept; // in a forked child

} // namespace gridlock::monitor

#endif

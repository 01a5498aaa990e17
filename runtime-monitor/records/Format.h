// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the monitor writes and the tools read: one file a process, a FileHeader
// and then records, each a RecordHeader and its payload, padded to 8 bytes.
// Little-endian. A record may be cut off at the end of the file (the program
// was killed, the disk was full). Cumulative records (Loop, Block, Contention)
// are written again as they grow; the last one with the same id counts. Times
// are nanoseconds, since the monitor's start where they are points in time.
// Described for other readers in runtime-monitor/README.md; change both, and
// Version with them.
#ifndef GRIDLOCK_MONITOR_RECORDS_FORMAT_H
#define GRIDLOCK_MONITOR_RECORDS_FORMAT_H

#include <cstdint>

namespace gridlock::monitor {

constexpr char FileMagic[8] = {'G', 'L', 'K', 'M', 'O', 'N', '\r', '\n'};
constexpr uint32_t FormatVersion = 5;
constexpr const char *FileSuffix = ".glkmon";

struct FileHeader {
  char Magic[8];
  uint32_t Version;
  uint32_t Pid, ParentPid;
  uint32_t ThresholdMs, BlockMs, ContentionMs;
  uint64_t StartRealtime; // ns since 1970
  uint64_t VdsoBase;      // 0: none
};

enum class RecordKind : uint32_t {
  Process = 1, // text: executable \0 command line with spaces \0 working
               // directory \0 suppressions file \0
  Maps, // text of /proc/self/maps, executable mappings and their files' first
        // ones
  BuildId,    // BuildIdRecord and the id's bytes
  Vdso,       // the image of the vDSO
  Loop,       // LoopRecord and Bucket[]
  Stall,      // StallRecord and Snapshot
  StallEnd,   // StallEndRecord
  Block,      // BlockRecord
  Contention, // ContentionRecord
  Stack,      // StackRecord and Snapshot
  Lost,       // LostRecord: something could not be kept
  End,        // EndRecord: the program ended in order
  Order,      // OrderRecord and HeldRecord[]
  Deadlock,   // DeadlockRecord and HeldRecord[]
  Live,       // LiveRecord: a snapshot that was asked for ends here
  Coroutine,  // CoroutineRecord, its name \0 and file \0
  Unawaited,  // CoroutineEventRecord: tasks destroyed before they ran
  Suspension, // CoroutineEventRecord: suspended with a lock
  Chain,      // StackRecord and for each coroutine, innermost first: line (32
              // bits), name \0, file \0
  Hold,       // HoldRecord and WideBucket[]
  HolderCall, // HolderCallRecord
  Callback,  // as Chain, of the callback a Stall or Block is in: line, name and
             // file, then the id of a Created, object and function
  Created,   // CoroutineEventRecord: callbacks made at a place
  Arguments, // StackRecord and a text: what the call of a Block (the longest),
             // Stall, HolderCall or LockedCall was made on
  LockedCall, // LockedCallRecord
  Sleep       // SleepRecord
};

struct RecordHeader {
  RecordKind Kind;
  uint32_t Size; // of the payload without padding
};

struct BuildIdRecord {
  uint64_t Base; // where the file's first byte is mapped
  uint32_t Size;
  uint32_t Reserved;
};

// Registers in DWARF's order for x86-64: rax rdx rcx rbx rsi rdi rbp rsp
// r8..r15 rip.
enum Register : uint32_t {
  Rbx = 3,
  Rbp = 6,
  Rsp = 7,
  R12 = 12,
  R13,
  R14,
  R15,
  Rip
};
constexpr uint32_t RegisterCount = 17;

struct Snapshot {
  uint64_t Registers[RegisterCount];
  uint32_t Known; // bit n: register n is known
  uint32_t Size;  // bytes of stack that follow, from the stack pointer up
};

struct LoopRecord {
  uint32_t Id, Tid;
  char Thread[16];
  char Name[32]; // given by the program, or empty
  char Wait[48]; // the function it waits in
  uint64_t Site; // return address of the wait
  uint64_t Iterations, Busy, Idle, Max;
  uint64_t Stalls, StallTime; // over the threshold
  uint64_t First, Last;       // first and last iteration
  uint32_t Buckets;           // that follow
  uint32_t Ended;             // the thread is gone
  uint32_t ThresholdMs;
  uint32_t HeartbeatMs, LagMs, Reserved;
  uint64_t LateBeats; // virtual beats, one in HeartbeatMs, over LagMs late
};

struct Bucket {
  uint32_t Index; // see loops/Histogram.h
  uint32_t Count;
};

enum class Cause : uint32_t {
  Blocked,  // in an interposed call (Operation)
  Running,  // on a CPU
  Sleeping, // in a system call the monitor doesn't interpose (Operation
            // "syscall/N")
  Unknown   // could not be determined in time
};

struct StallRecord {
  uint32_t Id, Loop, Tid;
  Cause Why;
  uint64_t Start, Elapsed; // Elapsed so far
  char Operation[64];      // empty when running
  uint32_t Holder;         // thread that holds the lock waited for, or 0
  uint32_t Repeat;         // 0 first report of this stall, 1 second ...
  uint32_t Events;         // that the wait before it returned
  uint32_t Reserved;
};

struct StallEndRecord {
  uint32_t Id;
  uint32_t Left; // 1: by the end of its thread; the loop may have been left
  uint64_t Duration;
  // Of it: in interposed calls; of these, in Block records; on a CPU.
  uint64_t Blocked, Counted, OnCpu;
  uint64_t Callbacks, Longest; // if the program tells of them
};

struct BlockRecord {
  uint32_t Id, Loop, Tid;
  uint32_t Unfinished; // 1: the program ended in the last one
  char Operation[64];
  uint64_t Site; // return address of the call
  uint64_t Count, Total, Max;
  uint64_t OnCpu; // of Total
  // Of these, in the loop's last iteration, if that has not ended (the loop may
  // have been left).
  uint64_t OpenCount, OpenTotal;
};

enum class Role : uint32_t { Waiter, Holder };

struct ContentionRecord {
  uint32_t Id;
  Role Side;
  uint64_t Lock; // address
  uint64_t
      Site; // Waiter: return address of the acquisition; Holder: of the release
  uint64_t Count; // Waiter: contended acquisitions; Holder: releases others
                  // waited for
  uint64_t Total, Max; // time waited; Holder: unused
  uint32_t Tid;        // last thread seen in this role
  uint32_t Other;      // Waiter: last thread seen holding it, 0 unknown
  char Operation[64];
};

// How long a lock was held that was taken at Site. Some holds were timed; each
// stands for as many as there were between it and the next one.
struct HoldRecord {
  uint32_t Id, Tid;      // Tid: of the longest
  uint64_t Lock;         // 0: all locks taken there beyond the first 64
  uint64_t Site;         // return address of the acquisition
  uint64_t Samples;      // holds that were timed
  uint64_t Count, Total; // of all holds, as the samples tell
  uint64_t Max;          // of the samples
  uint32_t Shared;
  uint32_t Buckets; // that follow: of HoldTimes (loops/Histogram.h)
  char Operation[64];
};

struct WideBucket {
  uint32_t Index, Reserved;
  uint64_t Count;
};

// Calls that may block which whoever held a lock was in, while others waited.
struct HolderCallRecord {
  uint32_t Id, Reserved; // its contention record
  // Waiter: waits at whose begin the holder was looked at, and of these, those
  // at which it was in such a call. Holder: releases others waited for, and
  // those with such a call before.
  uint64_t Looked, Count;
  uint64_t Total, Longest; // Holder: time in such calls
  uint64_t Lock;           // that it waited for itself in the call, or 0
  uint64_t Site;           // return address of the call
  char Operation[64];      // Waiter: of one seen; Holder: of the longest
};

// Calls of block_ms or more that were made with a lock held, while another
// thread waited for it.
struct LockedCallRecord {
  uint32_t Id, Tid; // Tid: of the longest
  uint64_t Lock;
  uint64_t Site, Taken; // return addresses: of the call, of the acquisition
  uint64_t Count, Total, Max;
  uint64_t Waited; // holds with such calls that another thread waited for
  char Operation[64];
};

// Waits that another thread ends by saying so: for a semaphore, condition
// variable, barrier or futex; or by its end.
struct SleepRecord {
  uint32_t Id;
  Role Side;       // Waiter: it waits; Holder: it has ended others' waits
  uint64_t Object; // 0: all that are waited for there beyond the first 16
  uint64_t Site;   // return address of the call
  uint64_t Place;  // equal ones: the same place, so the same stack
  uint64_t Count;
  uint64_t Total, Max; // time waited
  uint32_t Tid;        // Waiter: of the longest; Holder: the last one
  uint32_t Ended;      // the thread whose end the longest was for, or 0
  uint64_t AnyProcess; // waits that another process may have ended
  char Operation[64];
};

// A thread took a lock while it held others.
struct OrderRecord {
  uint32_t Id, Tid;
  uint64_t Lock, Site;             // wanted; return address of the acquisition
  uint64_t First, Last;            // when
  uint64_t ThreadStart, ThreadEnd; // 0: not ended
  uint32_t Shared;
  uint32_t Held; // that follow
  char Operation[64];
};

struct HeldRecord {
  uint64_t Lock, Site;
  uint32_t Shared, Reserved;
};

// One thread's part in a deadlock that has happened; its parts are written one
// after the other, each waits for the next one, the last one for the first.
struct DeadlockRecord {
  uint32_t Id;            // of the part
  uint32_t Deadlock;      // its first part's Id
  uint32_t Parts, Behind; // how many; threads outside that wait for one of them
  uint32_t Tid;
  uint32_t Held;  // that follow
  uint64_t Time;  // when it was found
  uint64_t Since; // when this thread began to wait, or 0
  uint64_t Lock;  // waited for; 0: the end of the next part's thread
  uint64_t Site;  // return address of the wait
  char Operation[64];
  char Thread[16];
};

struct StackRecord {
  // Loop, Block, Contention, Order, Deadlock, Hold, HolderCall, Sleep or Stall
  // (the lock holder's stack)
  RecordKind Of;
  uint32_t Id;
};

struct LostRecord {
  char What[56];
  uint64_t Count;
};

struct EndRecord {
  uint64_t Time;
};

// A coroutine function; lines are in its file.
struct CoroutineRecord {
  uint32_t Id, Line;
  uint64_t Created, Started, Finished;
  uint64_t Destroyed;         // before they finished
  uint64_t Steps, Total, Max; // from a resumption to the suspension
  uint64_t Slow;              // over the threshold, not on an event loop
  uint32_t From, To;          // lines of the longest
  uint32_t Last, Reserved;    // line of the last suspension
};

struct CoroutineEventRecord {
  uint32_t Id, Coroutine;
  uint32_t Line, Tid; // of the suspension; first thread
  uint64_t Place; // return address of the task's creation or the lock's taking
  uint64_t Lock;
  uint64_t Count, Moved; // Moved: resumed by another thread
};

struct LiveRecord {
  uint64_t Time;
};

} // namespace gridlock::monitor

#endif

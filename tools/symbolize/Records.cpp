// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/Records.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace fs = std::filesystem;

namespace gridlock::symbolize {

using namespace monitor;

namespace {

constexpr const char *RecordAgain =
    "the program was killed as it started, or the disk was full; record it "
    "again with gridlock run";

/// Takes fixed-size structures off the front of a payload.
class Payload {
public:
  explicit Payload(std::string_view Bytes) : Bytes(Bytes) {}

  template <class T> bool take(T &Value) {
    if (Bytes.size() < sizeof Value)
      return false;
    std::memcpy(&Value, Bytes.data(), sizeof Value);
    Bytes.remove_prefix(sizeof Value);
    return true;
  }
  std::string bytes(std::size_t Size) {
    std::string Taken(Bytes.substr(0, Size));
    Bytes.remove_prefix(std::min(Size, Bytes.size()));
    return Taken;
  }
  bool take(RawStack &Stack) {
    if (!take(Stack.Head))
      return false;
    Stack.Bytes = bytes(Stack.Head.Size);
    return true;
  }
  std::string text() {
    const std::size_t End = Bytes.find('\0');
    std::string Text = bytes(std::min(End, Bytes.size()));
    bytes(1);
    return Text;
  }
  std::string_view rest() const { return Bytes; }

private:
  std::string_view Bytes;
};

template <std::size_t N> void terminate(char (&Text)[N]) { Text[N - 1] = 0; }

/// False if the payload is shorter than its kind needs.
bool readRecord(ProcessRecords &R, RecordKind Kind, Payload P) {
  const std::size_t Maps = R.lastMaps();
  switch (Kind) {
  case RecordKind::Process:
    R.Executable = P.text();
    R.CommandLine = P.text();
    R.Directory = P.text();
    R.Suppressions = P.text();
    return true;
  case RecordKind::Maps:
    R.Maps.emplace_back(P.rest());
    return true;
  case RecordKind::BuildId: {
    BuildIdRecord Id;
    if (!P.take(Id))
      return false;
    R.BuildIds[Id.Base] = P.bytes(Id.Size);
    return true;
  }
  case RecordKind::Vdso:
    R.Vdso = P.rest();
    return true;
  case RecordKind::Loop: {
    LoopData L;
    if (!P.take(L.Head))
      return false;
    terminate(L.Head.Thread);
    terminate(L.Head.Name);
    terminate(L.Head.Wait);
    for (Bucket B; L.Buckets.size() < L.Head.Buckets && P.take(B);)
      L.Buckets.push_back(B);
    if (!L.Head.Thread[0]) // the thread is gone; an earlier snapshot knew its
                           // name
      if (auto Before = R.Loops.find(L.Head.Id); Before != R.Loops.end())
        std::memcpy(L.Head.Thread, Before->second.Head.Thread,
                    sizeof L.Head.Thread);
    R.Loops[L.Head.Id] = std::move(L);
    return true;
  }
  case RecordKind::Stall: {
    StallData S;
    if (!P.take(S.Head) || !P.take(S.Stack))
      return false;
    terminate(S.Head.Operation);
    S.Stack.Maps = Maps;
    R.Stalls.push_back(std::move(S));
    return true;
  }
  case RecordKind::StallEnd: {
    StallEndRecord E;
    if (!P.take(E))
      return false;
    R.StallEnds[E.Id] = E;
    return true;
  }
  case RecordKind::Block: {
    BlockRecord B;
    if (!P.take(B))
      return false;
    terminate(B.Operation);
    R.Blocks[B.Id] = B;
    return true;
  }
  case RecordKind::Contention: {
    ContentionRecord C;
    if (!P.take(C))
      return false;
    terminate(C.Operation);
    R.Contention[C.Id] = C;
    return true;
  }
  case RecordKind::HolderCall: {
    HolderCallRecord C;
    if (!P.take(C))
      return false;
    terminate(C.Operation);
    R.HolderCalls[C.Id] = C;
    return true;
  }
  case RecordKind::Sleep: {
    SleepRecord S;
    if (!P.take(S))
      return false;
    terminate(S.Operation);
    R.Sleeps[S.Id] = S;
    return true;
  }
  case RecordKind::Hold: {
    HoldData H;
    if (!P.take(H.Head))
      return false;
    terminate(H.Head.Operation);
    for (WideBucket B; H.Buckets.size() < H.Head.Buckets && P.take(B);)
      H.Buckets.push_back(B);
    R.Holds[H.Head.Id] = std::move(H);
    return true;
  }
  case RecordKind::Order: {
    OrderData O;
    if (!P.take(O.Head))
      return false;
    terminate(O.Head.Operation);
    for (HeldRecord H; O.Held.size() < O.Head.Held && P.take(H);)
      O.Held.push_back(H);
    R.Orders[O.Head.Id] = std::move(O);
    return true;
  }
  case RecordKind::Deadlock: {
    DeadlockPart D;
    if (!P.take(D.Head))
      return false;
    terminate(D.Head.Operation);
    terminate(D.Head.Thread);
    for (HeldRecord H; D.Held.size() < D.Head.Held && P.take(H);)
      D.Held.push_back(H);
    R.Deadlocks[D.Head.Deadlock].push_back(std::move(D));
    return true;
  }
  case RecordKind::Stack: {
    StackRecord Of;
    RawStack Stack;
    if (!P.take(Of) || !P.take(Stack))
      return false;
    Stack.Maps = Maps;
    R.Stacks[{Of.Of, Of.Id}] = std::move(Stack);
    return true;
  }
  case RecordKind::Lost: {
    LostRecord L;
    if (!P.take(L))
      return false;
    terminate(L.What);
    R.Lost[L.What] = L.Count;
    return true;
  }
  case RecordKind::End: {
    EndRecord E;
    if (!P.take(E))
      return false;
    R.Ended = true;
    R.EndTime = E.Time;
    return true;
  }
  case RecordKind::Coroutine: {
    CoroutineData C;
    if (!P.take(C.Head))
      return false;
    C.Function = P.text();
    C.File = P.text();
    R.Coroutines[C.Head.Id] = std::move(C);
    return true;
  }
  case RecordKind::Unawaited:
  case RecordKind::Suspension:
  case RecordKind::Created: {
    CoroutineEventRecord E;
    if (!P.take(E))
      return false;
    R.CoroutineEvents[{Kind, E.Id}] = E;
    return true;
  }
  case RecordKind::Chain:
  case RecordKind::Callback: {
    StackRecord Of;
    if (!P.take(Of))
      return false;
    std::vector<ChainLink> Chain;
    for (ChainLink L; P.take(L.Line); Chain.push_back(L)) {
      L.Function = P.text();
      L.File = P.text();
    }
    (Kind == RecordKind::Chain ? R.Chains : R.Callbacks)[{Of.Of, Of.Id}] =
        std::move(Chain);
    return true;
  }
  case RecordKind::LockedCall: {
    LockedCallRecord C;
    if (!P.take(C))
      return false;
    terminate(C.Operation);
    R.LockedCalls[C.Id] = C;
    return true;
  }
  case RecordKind::Arguments: {
    StackRecord Of;
    if (!P.take(Of))
      return false;
    R.Arguments[{Of.Of, Of.Id}] = P.text();
    return true;
  }
  case RecordKind::Live: {
    LiveRecord L;
    if (!P.take(L))
      return false;
    ++R.Live;
    R.LiveTime = L.Time;
    return true;
  }
  }
  ++R.Unknown;
  return true;
}

/// Why a file without a whole header is none.
std::string notARecordFile(std::string_view Bytes) {
  constexpr std::string_view Magic(FileMagic, sizeof FileMagic);
  if (!Magic.starts_with(Bytes.substr(0, Magic.size())))
    return "is no record file of the monitor; move it elsewhere";
  return (Bytes.empty() ? "is empty" : "is cut off in its header") +
         std::string(": ") + RecordAgain;
}

} // namespace

std::string readMore(ProcessRecords &R) {
  std::ifstream In(R.File, std::ios::binary);
  if (!In)
    return std::string("cannot be read: ") + std::strerror(errno);
  In.seekg(static_cast<std::streamoff>(R.Read));
  const std::string Bytes((std::istreambuf_iterator<char>(In)),
                          std::istreambuf_iterator<char>());
  Payload P(Bytes);
  if (R.Read == 0) {
    if (!P.take(R.Header) ||
        std::memcmp(R.Header.Magic, FileMagic, sizeof FileMagic) != 0)
      return notARecordFile(Bytes);
    if (R.Header.Version != FormatVersion)
      return "has format version " + std::to_string(R.Header.Version) +
             ", this gridlock reads version " + std::to_string(FormatVersion) +
             ": use the gridlock that recorded it";
    R.Read = sizeof R.Header;
  }
  R.Truncated = false;
  while (!P.rest().empty()) {
    RecordHeader H;
    if (!P.take(H) || H.Size > P.rest().size() ||
        !readRecord(R, H.Kind, Payload(P.rest().substr(0, H.Size)))) {
      R.Truncated = true;
      break;
    }
    const std::size_t Whole = (H.Size + 7) & ~std::size_t{7};
    P.bytes(Whole);
    R.Read += sizeof H + Whole;
  }
  return {};
}

RecordsOrError readRecords(const fs::path &Directory) {
  RecordsOrError Result;
  std::error_code Error;
  const std::string Name = "'" + Directory.string() + "'";
  if (!fs::exists(Directory, Error)) {
    Result.Error = "there is no directory " + Name +
                   "; record one with: gridlock run --output " +
                   Directory.string() + " -- PROGRAM";
    return Result;
  }
  std::vector<fs::path> Files;
  for (const auto &Entry : fs::directory_iterator(Directory, Error))
    if (Entry.path().extension() == FileSuffix)
      Files.push_back(Entry.path());
  if (Error)
    Result.Error = Name + " cannot be read: " + Error.message();
  else if (Files.empty())
    Result.Error = Name + " holds no records (files *" + FileSuffix +
                   "); was the program started with: gridlock run --output " +
                   Directory.string() + " -- PROGRAM ?";
  std::sort(Files.begin(), Files.end());
  for (const fs::path &File : Files) {
    ProcessRecords R;
    R.File = File;
    std::string Problem = readMore(R);
    if (Problem.empty() && R.Read == sizeof R.Header)
      Problem =
          std::string("is cut off before its first record: ") + RecordAgain;
    if (Problem.empty())
      Result.Processes.push_back(std::move(R));
    else
      Result.Unusable.emplace_back(File, std::move(Problem));
  }
  if (Result.Processes.empty() && !Result.Unusable.empty()) {
    const auto &[File, Problem] = Result.Unusable.front();
    Result.Error = "'" + File.string() + "' " + Problem;
    if (const std::size_t Others = Result.Unusable.size() - 1)
      Result.Error += ", and " + std::to_string(Others) +
                      (Others == 1 ? " other file" : " other files") +
                      " can't be used either";
  }
  std::stable_sort(Result.Processes.begin(), Result.Processes.end(),
                   [](const ProcessRecords &A, const ProcessRecords &B) {
                     return A.Header.StartRealtime < B.Header.StartRealtime;
                   });
  return Result;
}

} // namespace gridlock::symbolize

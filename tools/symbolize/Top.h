// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a running program does now, as text: the difference between its records
// and those at the last look.
//
// Threads: one. Cost: debug information is read once for each loop, lock and
// stall.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_TOP_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_TOP_H

#include "tools/symbolize/Symbolizer.h"

#include <iosfwd>

namespace gridlock::symbolize {

class Top {
public:
  /// P grows between the looks and must outlive this.
  Top(const ProcessRecords &P, std::filesystem::path Root)
      : P(P), Root(std::move(Root)), S(P, Files) {}

  /// One view; rates are since the last one, or since the program's start.
  /// Lines: at most so many, 0: all. Children: those to look at instead.
  void write(std::ostream &Out, unsigned Lines, const std::string &Name,
             const std::string &Children);

private:
  struct Wait {
    std::uint64_t Total = 0, Count = 0, Max = 0;
    std::uint32_t Waiter = 0; // id of the record with most time
    std::uint64_t WaiterTime = 0;
    std::vector<std::pair<std::uint64_t, std::uint32_t>>
        Holders; // releases, ids of records
  };
  using Waits = std::map<std::uint64_t, Wait>; // by lock or object

  void writeLoops(std::vector<std::string> &Lines);
  std::string holderOf(const Wait &W);
  std::string wakerOf(const Wait &W);
  void writeLocks(std::vector<std::string> &Lines);
  void writeSleeps(std::vector<std::string> &Lines);
  /// Those with most time since Before, which is set to Now. What: of the
  /// columns. Rest: what follows the place of the waiter.
  template <class Object, class Name, class Rest>
  void writeWaits(std::vector<std::string> &Lines, Waits Now, Waits &Before,
                  const char *What, const char *Who, Object &&ObjectOf,
                  Name &&NameOf, Rest &&RestOf);
  void writeStalls(std::vector<std::string> &Lines);
  void writeDeadlocks(std::vector<std::string> &Lines);
  /// "function at file:line" for a record's stack, or for the address.
  const std::string &nameOf(monitor::RecordKind Kind, std::uint32_t Id,
                            const RawStack *Stack, std::uint64_t Site);
  const std::string &nameOf(const monitor::SleepRecord &R);
  const std::string &nameOf(const monitor::ContentionRecord &C) {
    return nameOf(monitor::RecordKind::Contention, C.Id, nullptr, C.Site);
  }
  std::uint64_t now() const; // ns since the monitor's start

  const ProcessRecords &P;
  const std::filesystem::path Root;
  SymbolFiles Files;
  Symbolizer S;
  std::map<std::pair<monitor::RecordKind, std::uint32_t>, std::string> Names;
  std::map<std::uint32_t, LoopData> LoopsBefore;
  Waits WaitsBefore, SleepsBefore;
  std::uint64_t TimeBefore = 0, Interval = 1;
};

} // namespace gridlock::symbolize

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From compile commands to facts files: one UNIT.json and one ninja edge a
// command, in a cache folder that makes the next run incremental. Parallelism,
// dependencies and change detection are ninja's.
//
// Layout of the cache folder: `lock`, `build.ninja`, ninja's own log and deps,
// and per LLVM major `llvm-NN/<file name>-<hash>.{json,glkf,log}`. The hash is
// that of the file's path and the number of its command, so that changed flags
// replace the older facts. What was not used for long is removed (see
// CachePruning.h). The folder may be removed at any time.
//
// A file on which the extractor crashes or exceeds the time limit gets facts
// that say so, and is tried again when it, its command or the extractor
// changes, or the limit is raised.
//
// Threads: one extraction a folder at a time, others wait for the lock. Cost: a
// stat a file when nothing changed. Errors: returned as text.
#ifndef GRIDLOCK_TOOLS_DRIVER_EXTRACTION_H
#define GRIDLOCK_TOOLS_DRIVER_EXTRACTION_H

#include "tools/driver/CachePruning.h"
#include "tools/driver/CompileDatabase.h"
#include "tools/driver/Progress.h"
#include "tools/driver/Toolchain.h"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace gridlock::driver {

struct ExtractionOptions {
  std::filesystem::path CacheDirectory; // see chooseCacheDirectory
  std::filesystem::path Root;
  Extractor Tool;
  unsigned Jobs = 0;      // 0: as many as processors
  unsigned Seconds = 600; // that a file may take, 0: any time
  CacheLimits Limits;
};

/// One command's facts, or why there are none (the extractor could not be
/// started or not write). A file that did not parse has facts, which say so.
struct ExtractedUnit {
  std::filesystem::path File;
  std::filesystem::path Facts;
  std::string Failure;
};

/// The cache folder, which is created: GIVEN if not empty; else, where the
/// variable is set, `$GRIDLOCK_CACHE_DIR/<hash of KEY>`; else
/// `IN_PLACE/.gridlock-cache` if IN_PLACE is not empty and can be written to;
/// else
/// `$XDG_CACHE_HOME/gridlock/<hash of KEY>` (default ~/.cache).
std::variant<std::filesystem::path, std::string>
chooseCacheDirectory(const std::filesystem::path &Given,
                     const std::filesystem::path &InPlace,
                     const std::string &Key);

/// Brings the facts of all COMMANDS up to date. Results are in the order of
/// COMMANDS.
std::variant<std::vector<ExtractedUnit>, std::string>
extract(const std::vector<CompileCommand> &Commands,
        const ExtractionOptions &Options, Progress &Meter);

} // namespace gridlock::driver

#endif

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every check of the static half, with its metadata and its page. Generated at
// build time from the one metadata file and the page beside each check
// (checks/*/<name>.{yaml,md}, see generate-registry.py).
#ifndef GRIDLOCK_ENGINE_CHECKREGISTRY_H
#define GRIDLOCK_ENGINE_CHECKREGISTRY_H

#include "checks/engine/Check.h"

#include <memory>
#include <span>
#include <string_view>

namespace gridlock {

struct CheckInfo {
  const char *Id;                     // "gridlock-blocking-in-coroutine"
  const char *Summary;                // one sentence
  std::span<const char *const> Guide; // "4.2", "8.3/1"
  std::span<const char *const> Tags;  // for SARIF: "concurrency", "coroutine"
  const char *Precision;              // how far its findings can be trusted
  bool Pedantic;                      // only in the pedantic profile
  const char *Page;                   // Markdown
  const char *PagePath;               // where the page is in the repository
  std::unique_ptr<Check> (*Make)();
};

/// Sorted by id.
std::span<const CheckInfo> allChecks();
/// Null if there is no such check.
const CheckInfo *findCheck(std::string_view Id);

} // namespace gridlock

#endif

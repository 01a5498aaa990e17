#!/usr/bin/env bash
# Installs what is missing and builds one preset: tools/build.sh [PRESET] [TARGET...]
# (default: dev, everything). Used by quickstart.sh and test/run.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-dev}
shift || true

tools/install-deps.sh
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"$(mktemp -d)/configure.log" ||
  { echo "build: configuring failed; see above" >&2; exit 2; }
log=build/$preset/build.log
echo "build: ninja in build/$preset (log: $log)" >&2
if ! ninja -C "build/$preset" "$@" >"$log" 2>&1; then
  tail -n 60 "$log" >&2
  echo "build: failed; the whole log is $log" >&2
  exit 2
fi

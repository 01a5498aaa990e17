#!/usr/bin/env bash
# Cost of the monitor on its hot paths, as a ratio to the bare program: run.sh BUILD
# Bare and watched take turns, so that a busy machine disturbs both alike.
set -euo pipefail
build=${1:-build/dev}
records=$(mktemp -d)
trap 'rm -rf "$records"' EXIT
for _ in 1 2 3 4 5; do
  "$build/bin/bench-monitor" | sed 's/^/bare /'
  "$build/bin/gridlock" run --output "$records" -- "$build/bin/bench-monitor" 2>/dev/null | sed 's/^/watched /'
done | awk '
  !(($1,$2) in best) || $3 < best[$1,$2] { best[$1,$2] = $3 }
  END {
    target["lock"] = 1.5; target["tick"] = 1.1
    for (what in target)
      printf "%s: %.2f ns bare, %.2f ns watched, ratio %.2f (target %.2f)\n", what,
             best["bare",what], best["watched",what], best["watched",what] / best["bare",what], target[what]
  }'

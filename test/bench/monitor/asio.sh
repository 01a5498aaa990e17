#!/usr/bin/env bash
# Cost of gridlock/asio.h and gridlock/asio_tracking.h: asio.sh BUILD. Needs libasio-dev.
# The program is built plain and with both adapters; the latter runs bare and watched.
set -euo pipefail
build=${1:-build/dev}
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
compile=(c++ -std=c++20 -O2 -pthread "$here/asio.cpp")
"${compile[@]}" -o "$scratch/plain"
"${compile[@]}" -DOBSERVED -DASIO_CUSTOM_HANDLER_TRACKING="<gridlock/asio_tracking.h>" \
  -I"$here/../../../runtime-monitor/include" -o "$scratch/adapted"
for _ in 1 2 3; do
  "$scratch/plain" | sed 's/^/plain /'
  "$scratch/adapted" | sed 's/^/adapted /'
  "$build/bin/gridlock" run --output "$scratch/records" -- "$scratch/plain" 2>/dev/null | sed 's/^/watched-plain /'
  "$build/bin/gridlock" run --output "$scratch/records" -- "$scratch/adapted" 2>/dev/null | sed 's/^/watched /'
done | awk '
  !(($1,$2) in best) || $3 < best[$1,$2] { best[$1,$2] = $3 }
  END {
    split("handler await", what)
    for (i = 1; i in what; ++i) {
      p = best["plain",what[i]]
      printf "%s: %.0f ns plain, with the adapters %.0f ns (%.2f) bare and %.0f ns (%.2f) watched; plain watched %.0f ns\n",
             what[i], p, best["adapted",what[i]], best["adapted",what[i]] / p, best["watched",what[i]],
             best["watched",what[i]] / p, best["watched-plain",what[i]]
    }
  }'

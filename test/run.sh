#!/usr/bin/env bash
# Installs what is missing, builds, runs every test.
#   test/run.sh [LIT ARGUMENTS or TEST PATHS below test/]
# Exit status: 0 all passed (or were skipped, with the reason), 1 a test failed,
# 2 the build failed.
set -uo pipefail
cd "$(dirname "$0")/.."
tools/build.sh dev || exit 2

lit=$(ls -d /usr/lib/llvm-22/bin/lit /usr/lib/llvm-19/build/utils/lit/lit.py 2>/dev/null | head -n 1)
[ -n "$lit" ] || { echo "run.sh: no lit; install llvm-22-tools" >&2; exit 2; }

paths=() options=()
for argument in "$@"; do
  case $argument in
  -*) options+=("$argument") ;;
  *) paths+=("build/dev/test/${argument#test/}") ;;
  esac
done
[ ${#paths[@]} -gt 0 ] || paths=(build/dev/test)

results=build/dev/test-results.json
/usr/bin/python3 "$lit" -sv -j "$(nproc)" --timeout 900 --show-unsupported -o "$results" "${options[@]}" "${paths[@]}"
status=$?
# The closing line: what a CI that reads no lit output counts.
/usr/bin/python3 - "$results" <<'PY' || status=1
import collections, json, sys
count = collections.Counter(t["code"] for t in json.load(open(sys.argv[1]))["tests"])
passed = count["PASS"] + count["XFAIL"] + count["FLAKYPASS"]
skipped = count["UNSUPPORTED"] + count["SKIPPED"] + count["EXCLUDED"]
failed = sum(count.values()) - passed - skipped
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0 or passed == 0)
PY
exit $((status != 0))

#!/usr/bin/env bash
# Installs what building and testing Gridlock needs on Debian 12, and only what is
# missing: silent and fast when everything is there.
#   --servers: also what the monitor is measured and tried with (test/bench/monitor,
#   test/runtime/real-servers.test); without it those rows and servers are skipped.
set -euo pipefail

packages=(
  # compilers and build
  cmake ninja-build ccache g++ git ca-certificates
  clang-19 clang-tidy-19 libclang-19-dev llvm-19-dev llvm-19-tools libclang-rt-19-dev
  clang-22 clang-tidy-22 libclang-22-dev llvm-22-dev llvm-22-tools
  # libraries
  flatbuffers-compiler libflatbuffers-dev libcli11-dev nlohmann-json3-dev
  libyaml-cpp-dev libdw-dev libelf-dev libxxhash-dev systemtap-sdt-dev
  # tests
  libgtest-dev libbenchmark-dev python3 python3-yaml python3-jsonschema python3-psutil
  jq strace gdb linux-perf libcurl4 libpq5 libjemalloc2 libtcmalloc-minimal4 libmimalloc2.0
  libuv1 libevent-2.1-7 libglib2.0-0 libasio-dev liburing2
  libc++-19-dev libc++abi-19-dev libboost-context1.81-dev libboost-coroutine1.81-dev libboost-fiber1.81-dev
)
if [ "${1:-}" = --servers ]; then
  packages+=(valgrind wrk redis-server redis-tools memcached nginx mosquitto mosquitto-clients postgresql)
elif [ $# -ne 0 ]; then
  echo "install-deps: unknown argument '$1'; there is --servers" >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "install-deps: installing ${missing[*]}" >&2
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: run me as root, or install these packages first: ${missing[*]}" >&2; exit 2; }
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

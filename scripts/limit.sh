#!/usr/bin/env bash
# Renders documents on both sides of the renderer's limit of memory, and of its limit of length: 132 MiB of nothing but
# '>', each of which is a block, is the most, 133 has an error of its own, and 257 is longer than any document may be.
#
# usage: scripts/limit.sh MACHINE [OPTION...]
#
#   MACHINE  x64 or arm64: the object that is linked; the other machine's runs under qemu
#   OPTION   for the compiler
#
# It needs 9 GiB of memory that nobody else uses. Exit: 0 as said; 1 something else came; 2 usage; 3 it could not be tried.
set -eu
[ $# -ge 1 ] || { echo 'usage: scripts/limit.sh MACHINE [OPTION...]' >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd -P)
build=${BUILD:-build}
[ "${build#/}" != "$build" ] || build=$root/$build
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"
machine=$1
shift
free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
[ "$free" -ge 9216 ] || {
  echo "limit.sh: $free MiB of memory are free, and 9216 are needed: run it on a machine that has them" >&2
  exit 3
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
runner=$(machine_runner "$machine")
machine_compile "$machine" -std=c11 -O1 -D_GNU_SOURCE -Wall -Wextra -Werror "$@" -I"$build/elf" -o "$folder/limit" \
  "$root/fixtures/object/limit.c" "$build/elf/markdown-render_$machine.o" || exit 3
for size in 132 133 256 257; do $runner "$folder/limit" "$size"; done >"$folder/came"
cat "$folder/came"
diff "$folder/came" - <<'TEXT'
132 MiB: the right HTML
133 MiB: error -3
256 MiB: error -3
257 MiB: error -2
TEXT
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# Lays every program once more, from another folder and under another locale and time zone, and compares what stands in
# the build with that, byte for byte. So a difference shows also where no case of a suite reaches: in an unused entry of
# a table, or in the code for an error that no case can cause. A generator whose bytes depend on where or when it runs
# shows too.
#
# usage: scripts/lay-again.sh [-a] [BUILD]
#
#   -a   nothing else may stand there
#
# Prints one line for each file that differs: the first byte, and the routine and the line of the generator that laid
# it. Exit: 0 the same; 1 something differs; 2 usage; 3 nothing can be laid.
set -u

alone=no
if [ "${1:-}" = -a ]; then
  alone=yes
  shift
fi
build=${1:-build}
if [ $# -gt 1 ]; then
  echo "usage: ${0##*/} [-a] [BUILD]" >&2
  exit 2
fi
again=$(mktemp -d) || exit 3
trap 'rm -rf "$again"' EXIT
trap 'exit 3' HUP INT TERM

# lay_all: every generator, into $again.
lay_all() {
  local generator laid=no
  cd "$build" 2>/dev/null || { echo "$build: no such folder" >&2 && return 1; }
  for generator in "$PWD"/gen/*; do
    case $generator in
    *.d | *'*') continue ;;
    esac
    laid=yes
    (cd / && TZ=Pacific/Auckland LC_ALL=C.UTF-8 HOME=/nonexistent "$generator" "$again") || return 1
  done
  [ $laid = yes ] || echo "no generator stands in $build/gen; run \`make\`" >&2
  [ $laid = yes ]
}

# laid_by MAP OFFSET: routine and line of the generator of the byte at that place of the file. A map lists the bytes of
# its file in order; that of an object begins with its code, after the header.
laid_by() {
  awk -F '\t' -v offset="$2" '
    /^#/ || $2 ~ /^\+/ { next }
    !begun++ && $2 !~ /^7f454c46/ { place = 64 }
    place <= offset && offset < place + length($2) / 2 { printf " (%s %s)", $4, $5 }
    { place += length($2) / 2 }' "$1"
}

# byte_at FILE OFFSET
byte_at() {
  local byte
  byte=$(od -An -v -tx1 -j "$2" -N 1 "$1" 2>/dev/null | tr -d ' \n')
  if [ -n "$byte" ]; then printf '0x%s' "$byte"; else printf 'the end'; fi
}

# describe NAME: how the built file differs from that just laid.
describe() {
  local at got=$build/elf/$1 wanted=$again/$1 where=
  if [ ! -e "$got" ]; then
    echo "DIVERGED $1: it is not there"
    return
  fi
  # cmp counts from 1, and says nothing of the first byte after the end of the shorter file.
  at=$(cmp -l "$wanted" "$got" 2>/dev/null | awk 'NR == 1 { print $1 - 1 }')
  [ -n "$at" ] || at=$(wc -c <"$got")
  [ "$at" -le "$(wc -c <"$wanted")" ] || at=$(wc -c <"$wanted")
  [ ! -e "$wanted.map" ] || where=$(laid_by "$wanted.map" "$at")
  printf 'DIVERGED %s: byte %d is %s, laid as %s%s\n' "$1" "$at" "$(byte_at "$got" "$at")" "$(byte_at "$wanted" "$at")" \
    "$where"
}

(lay_all) || exit 3
total=0
differing=0
strays=()
[ $alone = no ] || strays=("$build"/elf/*)
for file in "$again"/*; do
  name=${file##*/}
  total=$((total + 1))
  cmp -s "$file" "$build/elf/$name" && continue
  differing=$((differing + 1))
  describe "$name"
done
for file in "${strays[@]}"; do
  [ ! -e "$again/${file##*/}" ] || continue
  differing=$((differing + 1))
  echo "DIVERGED ${file##*/}: no generator lays it"
done
if [ "$differing" -gt 0 ]; then
  echo "$differing of $total files are not as they are laid. To lay them again: rm -r '$build/elf' && make"
  exit 1
fi
echo "$total files laid again, the same bytes"
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# Runs a program in qemu's user emulation, even where the machine matches, and reports what it wrote and how it ended;
# on macOS the emulation stands in a Docker container. It compares that with what is expected, byte for byte.
#
# usage: scripts/verify-with-qemu.sh [-o FILE] [-e FILE] [-s STATUS] BIN [ARGS...]
#
#   -o FILE     what BIN must write to stdout, all of it
#   -e FILE     what BIN must write to stderr, all of it
#   -s STATUS   the exit status that BIN must end with; 128 + N stands for a death by signal N
#
# stdin goes to BIN. Exit: 0 equal, or nothing was expected and BIN ended by itself; 1 diverged, or BIN died of a
# signal that nobody expected; 2 usage; 3 BIN cannot be run here.
set -u

usage() {
  [ $# -eq 0 ] || printf 'verify-with-qemu.sh: %s\n' "$1" >&2
  printf 'usage: verify-with-qemu.sh [-o FILE] [-e FILE] [-s STATUS] BIN [ARGS...]\n' >&2
  exit 2
}

# byte_at FILE OFFSET: that byte, or that the file has ended there.
byte_at() {
  local byte
  byte=$(od -An -v -tx1 -j "$2" -N 1 "$1" 2>/dev/null | tr -d ' \n')
  if [ -n "$byte" ]; then printf '0x%s' "$byte"; else printf 'the end'; fi
}

# first_difference WANTED GOT: the offset of the first diverging byte, from 0. One may be the beginning of the other.
first_difference() {
  local at shorter
  at=$(cmp -l "$1" "$2" 2>/dev/null | awk 'NR == 1 { print $1 - 1 }')
  shorter=$(wc -c <"$1")
  [ "$shorter" -le "$(wc -c <"$2")" ] || shorter=$(wc -c <"$2")
  printf '%d' "${at:-$shorter}"
}

# compare NAME WANTED GOT
compare() {
  local at
  if cmp -s "$2" "$3"; then
    printf '%-8s equal to %s\n' "$1" "$2"
    return
  fi
  at=$(first_difference "$2" "$3")
  printf '%-8s DIVERGED at byte %d: want %s, got %s (%s)\n' "$1" "$at" "$(byte_at "$2" "$at")" "$(byte_at "$3" "$at")" "$2"
  diverged=1
}

# show NAME FILE: its size, and its text with what is no text made visible.
show() {
  printf '%-8s %d bytes\n' "$1" "$(wc -c <"$2")"
  [ ! -s "$2" ] || cat -v "$2" | sed 's/^/  | /'
}

want_out='' want_err='' want_status=''
while getopts :o:e:s: option; do
  case $option in
  o) want_out=$OPTARG ;;
  e) want_err=$OPTARG ;;
  s) want_status=$OPTARG ;;
  :) usage "-$OPTARG needs a value" ;;
  *) usage "unknown option -$OPTARG" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
for file in "$want_out" "$want_err"; do
  [ -z "$file" ] || [ -f "$file" ] || usage "$file: no such file of expected bytes"
done
case $want_status in
*[!0-9]*) usage "-s $want_status: a status is a number from 0 to 255" ;;
?*) [ "$want_status" -le 255 ] || usage "-s $want_status: a status is a number from 0 to 255" ;;
esac

runner=$(dirname "$0")/../run-elf.sh
export RUN_ELF_RUNNER=qemu
how=$("$runner" --which "$1") || exit 3
folder=$(mktemp -d) || exit 3
trap 'rm -rf "$folder"' EXIT
trap 'exit 3' HUP INT TERM

# The outer stderr is for what this shell would say of a child that dies of a signal.
{ "$runner" "$@" >"$folder/stdout" 2>"$folder/stderr"; } 2>/dev/null
status=$?
# Docker ends with 125 where it could not run the container at all.
case $how,$status,$want_status in
docker*,125,125) ;;
docker*,125,*)
  cat "$folder/stderr" >&2
  exit 3
  ;;
esac

printf '%-8s %s\n' program "$1" runner "$how"
show stdout "$folder/stdout"
show stderr "$folder/stderr"
if [ "$status" -gt 128 ]; then
  printf '%-8s %d: died of signal %d (SIG%s)\n' status "$status" $((status - 128)) "$(kill -l "$status" 2>/dev/null)"
else
  printf '%-8s %d\n' status "$status"
fi

diverged=0
[ -z "$want_out" ] || compare stdout "$want_out" "$folder/stdout"
[ -z "$want_err" ] || compare stderr "$want_err" "$folder/stderr"
if [ -n "$want_status" ]; then
  if [ "$status" -eq "$want_status" ]; then
    printf '%-8s equal to %d\n' status "$want_status"
  else
    printf '%-8s DIVERGED: want %d, got %d\n' status "$want_status" "$status"
    diverged=1
  fi
elif [ "$status" -gt 128 ]; then
  diverged=1
fi
exit "$diverged"
# SPDX-License-Identifier: MIT

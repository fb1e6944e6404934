#!/usr/bin/env bash
# Proves that the bytes depend neither on the machine that lays them nor on the compiler of the generators: builds the
# generators for machines of both byte orders and both sizes of pointers, with several compilers, runs them by qemu-user,
# and compares every file of the build's elf folder (.map, .sym and .o as well) with the one that is built here.
#
# usage: prove-hosts.sh BUILD [ROW...]    a row is COMPILER-MACHINE, as in gcc-s390x; without one, all of them
#
# Exit: 0 all the same, 1 a file differs or a generator failed, 2 usage, 3 a compiler is missing.
set -u
cd "$(dirname "$0")/.." || exit 3
all=(gcc-x86-64 gcc-arm64 gcc-s390x gcc-i386 gcc-armhf clang-x86-64 clang-arm64 clang-s390x clang-i386 clang-armhf
  tcc-x86-64 tcc-i386)
[ $# -ge 1 ] || {
  echo "usage: ${0##*/} BUILD [ROW...]" >&2
  exit 2
}
build=$1
shift
[ $# -gt 0 ] || set -- "${all[@]}"

# of_machine MACHINE: sets `triple` (GNU's name, and the prefix of Debian's cross tools) and `emulator`.
of_machine() {
  case $1 in
  x86-64) triple=x86_64-linux-gnu emulator=qemu-x86_64-static ;;
  arm64) triple=aarch64-linux-gnu emulator=qemu-aarch64-static ;;
  s390x) triple=s390x-linux-gnu emulator=qemu-s390x-static ;;
  i386) triple=i686-linux-gnu emulator=qemu-i386-static ;;
  armhf) triple=arm-linux-gnueabihf emulator=qemu-arm-static ;;
  *) return 1 ;;
  esac
}

# of_row ROW: sets `cc` and `link` too. i386-tcc only compiles: it does not look for a C library where Debian has one.
of_row() {
  of_machine "${1#*-}" || return
  link="$triple-gcc -static"
  tcc=() # what make is told of tcc, which has fewer options
  case $1 in
  gcc-*) cc=$triple-gcc ;;
  clang-*) cc="clang --target=$triple" link="clang --target=$triple -static" ;;
  tcc-x86-64) cc=tcc link=tcc tcc=(DEPFLAGS= QUOTED=-I) ;;
  tcc-i386) cc="i386-tcc -I/usr/$triple/include" link+=' -z noexecstack' tcc=(DEPFLAGS= QUOTED=-I) ;;
  *) return 1 ;;
  esac
}

# differing FOLDER FOLDER: names each file of either that is not the same in both.
differing() {
  diff -rq --exclude='.*' "$1" "$2" | sed -E 's/^Files (.*) and .* differ$/\1/; s/^Only in (.*): (.*)/only in \1: \2/'
}

status=0
printf '%-14s %-12s %s\n' compiler host files
for row in "$@"; do
  of_row "$row" || {
    echo "${0##*/}: no row is called $row; the rows are ${all[*]}" >&2
    exit 2
  }
  for tool in "${cc%% *}" "${link%% *}" "$emulator"; do
    command -v "$tool" >/dev/null || {
      echo "${0##*/}: $row needs $tool, which is not installed: run make setup-hosts" >&2
      exit 3
    }
  done
  folder=$build/hosts/$row
  # What an earlier run laid is laid again; tcc, which does not say what a source includes, compiles all again.
  rm -rf "$folder/elf"
  case $row in
  tcc-*) rm -rf "$folder" ;;
  esac
  mkdir -p "$folder"
  if ! make --no-print-directory -s elf BUILD="$folder" CC="$cc" LINK="$link" LAY_WITH="$emulator" \
    "${tcc[@]}" CFLAGS='-std=c11 -D_GNU_SOURCE -O1' >"$folder/log" 2>&1; then
    tail -n 20 "$folder/log" >&2
    printf '%-14s %-12s the generators were not built or did not run: see %s\n' "${row%%-*}" "${row#*-}" "$folder/log"
    status=1
    continue
  fi
  different=$(differing "$build/elf" "$folder/elf")
  count=$(find "$build/elf" -type f ! -name '.*' | wc -l)
  if [ -z "$different" ]; then
    printf '%-14s %-12s %d of %d the same\n' "${row%%-*}" "${row#*-}" "$count" "$count"
  else
    printf '%-14s %-12s %d differ:\n%s\n' "${row%%-*}" "${row#*-}" "$(wc -l <<<"$different")" "$different"
    status=1
  fi
done
exit $status
# SPDX-License-Identifier: MIT

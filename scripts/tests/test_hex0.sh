#!/usr/bin/env bash
# hex0 builds programs from their bytes in hex: itself, and the largest. The digits come from the maps, whose columns of
# sources and names are made comments.
# reads: scripts/tests/tap.sh scripts/machines.sh elf
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

# hex_of NAME: the bytes of a program in hex, each line with a comment that has hex digits too.
hex_of() {
  awk -F '\t' '!/^#/ && $3 != "bss" { print $2 " ; " $4 " # " $5 }' "$build/elf/$1.map"
}

# hex0_of ARCH: how to run hex0 of that machine here.
hex0_of() {
  echo "$(machine_runner "$1") $build/elf/hex0_$1"
}

for arch in $(machine_names); do
  for name in hex0_x64 hex0_arm64 hello_x64 ls_arm64 markdown-server_arm64; do
    hex_of "$name" >listing
    # shellcheck disable=SC2046 # words are wanted
    run $(hex0_of "$arch") listing rebuilt
    expect_status "hex0_$arch ends well with the listing of $name" 0
    [ -x rebuilt ] && cmp -s rebuilt "$build/elf/$name"
    status=$?
    expect_status "and what it builds is $name, to the byte, and can be run" 0
    rm -f rebuilt
  done
done

# The program is written to a full disk.
native=$(machine_here)
hex_of "hello_$native" >listing
# shellcheck disable=SC2046
run $(hex0_of "$native") listing /dev/full
expect_status 'a write that fails is its exit status: ENOSPC' 28

done_testing
# SPDX-License-Identifier: MIT

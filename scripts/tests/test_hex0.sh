#!/usr/bin/env bash
# hex0 builds programs from their bytes in hex: itself, and the largest. The digits come from the maps, whose columns of
# sources and names are made comments.
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

# hex_of NAME: the bytes of a program in hex, each line with a comment that has hex digits too.
hex_of() {
  awk -F '\t' '!/^#/ && $3 != "bss" { print $2 " ; " $4 " # " $5 }' "$build/elf/$1.map"
}

# hex0_of ARCH: how to run hex0 of that machine here.
hex0_of() {
  local host
  case $(uname -m) in x86_64) host=x64 ;; *) host=arm64 ;; esac
  case $1 in
  "$host") echo "$build/elf/hex0_$1" ;;
  x64) echo "qemu-x86_64-static $build/elf/hex0_x64" ;;
  *) echo "qemu-aarch64-static $build/elf/hex0_arm64" ;;
  esac
}

for arch in x64 arm64; do
  for name in hex0_x64 hex0_arm64 hello_x64 ls_arm64 markdown-server_arm64; do
    hex_of "$name" >listing
    # shellcheck disable=SC2046 # words are wanted
    run $(hex0_of $arch) listing rebuilt
    expect_status "hex0_$arch ends well with the listing of $name" 0
    [ -x rebuilt ] && cmp -s rebuilt "$build/elf/$name"
    status=$?
    expect_status "and what it builds is $name, to the byte, and can be run" 0
    rm -f rebuilt
  done
done

# The program is written to a full disk.
hex_of hello_x64 >listing
# shellcheck disable=SC2046
run $(hex0_of x64) listing /dev/full
expect_status 'a write that fails is its exit status: ENOSPC' 28

done_testing

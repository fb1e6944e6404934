#!/usr/bin/env bash
# Tests the check of the built programs' bytes: it must see one flipped bit, a file that is missing, and one that no
# generator writes, and `make sums` must tell what changed. It works on a copy of the scripts and of what was built.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gen scripts/elf-sums.sh scripts/check-elf-sums.sh scripts/update-elf-sums.sh scripts/lay-again.sh
. "$(dirname "$0")/tap.sh"

mkdir -p copy/scripts copy/fixtures copy/build/elf
cp "$root"/scripts/{*elf-sums,lay-again}.sh copy/scripts/
cp -r "$build/gen" copy/build/
for generator in copy/build/gen/*; do
  [ "${generator%.d}" = "$generator" ] || continue
  "$generator" copy/build/elf
done
export BUILD=build

run copy/scripts/update-elf-sums.sh
expect_status 'the sums are written where there were none' 0
run copy/scripts/check-elf-sums.sh
expect_status 'what was just laid is equal' 0

head -c 100 copy/build/elf/hello_x64 >kept
{ cat kept && printf '\001' && tail -c +102 copy/build/elf/hello_x64; } >changed
cp changed copy/build/elf/hello_x64
run copy/scripts/check-elf-sums.sh
expect_status 'a changed byte is seen' 1
passed=no
[ "$(grep -c '^not ok' out)" -ne 2 ] || ! grep -q 'hello_x64' out || passed=yes
report "$passed" 'by both checks, which name the file' "$(cat out)"

run copy/scripts/update-elf-sums.sh
passed=no
[ "$(cat out)" != 'hello_x64: 168 -> 168 bytes' ] || passed=yes
report "$passed" 'the update names what changed, with its sizes' "$(cat out)"

rm copy/build/elf/hello_x64
run copy/scripts/check-elf-sums.sh
expect_status 'a program that is gone is seen' 1

copy/build/gen/hello copy/build/elf
run copy/scripts/update-elf-sums.sh
cp copy/build/elf/hello_x64 copy/build/elf/stranger_x64
run copy/scripts/check-elf-sums.sh
expect_status 'a file that no generator writes is seen' 1

rm -r copy/build/elf/*
run copy/scripts/update-elf-sums.sh
expect_status 'no sums are written where nothing was built' 1

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# `bytegate new` as somebody meets it who has the installed package and nothing else: the folder that it makes is laid,
# runs on both machines and is green at once; one wrong number in it is red, with its byte and its line; and what it
# cannot make is refused.
# reads: scripts/tests/tap.sh Makefile VERSION LICENSE AGENTS.md generators scripts fixtures harness/helpers harness/new harness/map/bytegate-map.5
# reads: gate:check+explain+loaders+manual+mutate+new build/libbytelay.a build/new
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

prefix=$folder/prefix
# As it is built: nothing is built again.
mapfile -t built < <(find "$build" -maxdepth 2 -type f -printf '-o\n%p\n')
run make -C "$root" "${built[@]}" BUILD="$build" PREFIX="$prefix" install
expect_status 'make install' 0
export PATH=$prefix/bin:$PATH PKG_CONFIG_PATH=$prefix/share/pkgconfig MAKEFLAGS=
mkdir work && cd work || exit 1

# The gate audits itself in the first run alone.
unaudited=$folder/unaudited
# shellcheck disable=SC2016 # a script of its own
printf '#!/bin/sh\n[ "$1" != verify ] || set -- "$@" --no-self-audit\nexec bytegate "$@"\n' >"$unaudited"
chmod +x "$unaudited"

run bytegate new shout
expect_status 'a folder is made' 0
expect_text 'what to type next is said' 'cd shout && make && make verify' "$folder/out"
cd shout || exit 1
run make
expect_status 'it is laid' 0
run make verify
expect_status 'and green' 0
expect_text 'with no failure' 'cases, 0 failed, 0 known divergences' "$folder/err"
expect_text 'by every loader' 'attempts, 0 not as declared' "$folder/out"
expect_text 'and no path does what it should not, on one machine' 'shout_x64: 60 instructions in 3 routines, 3 contracts, 0 findings' "$folder/out"
expect_text 'and on the other' 'shout_arm64: 55 instructions in 3 routines, 3 contracts, 0 findings' "$folder/out"
printf X | dd of=build/elf/shout_arm64 bs=1 seek=300 conv=notrunc status=none
run make verify
expect_status 'a byte that is not as it was laid is red' 2
expect_text 'with its place' 'MAP ' "$folder/out"
expect_no_text 'before anything runs' 'cases' "$folder/err"
./build/lay build/elf
sed -i.bak 's/destroys(A0, A1, ALL_T)/destroys(A0, A1, A5, ALL_T)/' shout.c
run make check
expect_status 'a contract that says more than the truth stops nothing' 0
expect_text 'and is noted' 'destroys(A5): it is kept on every path; leave it out' "$folder/out"
run bytegate check --strict build/elf/shout_x64
expect_status 'but where that is asked for' 1
sed 's/, in(A0, A1), destroys([^)]*))/)/; s/, no_return)/)/' shout.c.bak >shout.c
run make check
expect_text 'without contracts it is said that nothing is held' '; 3 routines without a contract: what each reads' "$folder/out"
mv shout.c.bak shout.c
make >/dev/null
run bytegate explain build/elf/shout_x64
expect_status 'explain works there' 0
run bytegate mutate --build build --program shout_x64 --seconds 1 write_all
expect_text 'mutate works there, and names lines of the source' 'shout.c:' "$folder/out"
sed -i 's/bgeu(T1, 26/bgeu(T1, 25/' shout.c
run make
run bytegate verify --build build -k --text --no-self-audit
expect_status 'a wrong number is red' 1
expect_text 'the byte is named' 'stdout byte 2 is 0x7a, expected 0x5a' "$folder/out"
cd ..

run bytegate new --raw byhand
expect_status 'a folder for a file by hand' 0
cd byhand || exit 1
run make
expect_status 'it is laid by hand' 0
run make verify BYTEGATE="$unaudited"
expect_status 'by hand, and green' 0
run make check
expect_text 'its one path is followed' 'byhand_x64: 8 instructions in 1 routines, 0 findings' "$folder/out"
sed -i 's/"ba 08 00 00 00"/"ba 09 00 00 00"/' byhand.c
run make
expect_status 'a row whose bytes are not proven is refused' 2
expect_text 'with file and line' 'the row says "ba 09 00 00 00", but "ba 08 00 00 00" was laid' "$folder/err"
cd ..

run bytegate new shout
expect_status 'nothing is replaced' 2
expect_text 'that is said' 'is there already, and nothing is replaced' "$folder/err"
for name in Shout 1st a/b ''; do
  run bytegate new "$name"
  expect_status "the name \"$name\" is refused" 2
  expect_text "what a name has is said of \"$name\"" 'small letters, digits' "$folder/err"
done

done_testing
# SPDX-License-Identifier: MIT

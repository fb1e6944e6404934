#!/usr/bin/env bash
# scripts/lay-again.sh: one flipped bit anywhere in a built program is seen and named, where no case reaches it as well.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gen scripts/lay-again.sh generators/programs/markdown-object.c
. "$(dirname "$0")/tap.sh"

again=$root/scripts/lay-again.sh
mkdir -p built/{gen,elf}
for generator in hello object markdown-object; do
  cp "$build/gen/$generator" built/gen/
  "built/gen/$generator" built/elf
done

# put_byte FILE OFFSET BYTE: writes the byte, in hex, there.
put_byte() {
  bytes "$3" | dd "of=$1" bs=1 "seek=$2" conv=notrunc status=none
}

# differs NAME LINE GENERATOR: laying again says so, and that line alone; lines of the generator are left out.
differs() {
  run "$again" built
  expect_status "$1: 1" 1
  sed -n '/^DIVERGED/s/:[0-9]*)$/)/p; /^DIVERGED.*[^)]$/p' out >told
  expect_bytes "$1: is named" "$2\n" told
  "built/gen/$3" built/elf
}

run "$again" built
expect_status 'what was just laid is the same: 0' 0
expect_text '... and is counted' 'files laid again, the same bytes' out

put_byte built/elf/hello_x64 121 02
differs 'a byte of code' 'DIVERGED hello_x64: byte 121 is 0x02, laid as 0x01 (_start generators/programs/hello.c)' hello
put_byte built/elf/hello_arm64 165 00
differs 'the last byte' \
  'DIVERGED hello_arm64: byte 165 is 0x00, laid as 0x0a (message generators/programs/hello.c)' hello
put_byte built/elf/hello-world_x64.o 0 7e
differs 'a byte of an object' \
  'DIVERGED hello-world_x64.o: byte 0 is 0x7e, laid as 0x7f (Elf64_Ehdr generators/programs/object.c)' object
put_byte built/elf/markdown-render_x64.o 64 90
run "$again" built
line=$(sed -n '/^  c_arguments();/=' "$root/generators/programs/markdown-object.c")
expect_text 'code of an object whose map begins after the header: is named' \
  "byte 64 is 0x90, laid as 0x49 (markdown_to_html generators/programs/markdown-object.c:$line)" out
built/gen/markdown-object built/elf
printf '\n' >>built/elf/hello_x64
differs 'a byte too many' 'DIVERGED hello_x64: byte 168 is 0x0a, laid as the end' hello
truncate -s 100 built/elf/hello_x64
differs 'an end too early' \
  'DIVERGED hello_x64: byte 100 is the end, laid as 0x00 (- generators/lay/elf.c)' hello
rm built/elf/hello_x64.map
differs 'a file that is gone' 'DIVERGED hello_x64.map: it is not there' hello

: >built/elf/stranger
run "$again" built
expect_status 'a file that no generator lays: 0' 0
run "$again" -a built
expect_status '... 1 where nothing else may be there' 1
expect_text '... is named' 'DIVERGED stranger: no generator lays it' out
rm built/elf/stranger

printf '#!/bin/sh\necho refused >&2\nexit 3\n' >built/gen/hello
run "$again" built
expect_status 'a generator that fails: 3' 3
expect_text '... is quoted' 'refused' err
rm -r built/gen/*
run "$again" built
expect_status 'no generator: 3' 3
expect_text '... has a remedy' "run \`make\`" err
run "$again" nowhere
expect_status 'no such folder: 3' 3
expect_text '... is named' 'nowhere: no such folder' err
run "$again" built built
expect_status 'one word too many: 2' 2

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# A source without the line of its licence is named, and the line can be written; what is to be copied has none.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/check-licences.sh .reuse LICENSES LICENSE
source "$(dirname "$0")/tap.sh"

check=$root/scripts/check-licences.sh
tag=SPDX-License-
tag+='Identifier: MIT'
mkdir -p sources/scripts sources/generators/lessons sources/harness/new/templates
cp -r "$root/.reuse" "$root/LICENSES" "$root/LICENSE" sources/
printf 'int main(void) { return 0; }\n' | tee sources/generators/one.c >sources/generators/lessons/first.c
printf 'all:\n' | tee sources/Makefile >sources/harness/new/templates/Makefile
printf '#!/bin/sh\ntrue\n# %s\n' "$tag" >sources/scripts/right.sh
printf 'data\n' >sources/table.json
run "$check" sources
expect_status 'two have no line: 1' 1
expect_text '... a source of C' 'generators/one.c: its last line is not' "$folder/out"
expect_text '... the Makefile' 'Makefile: its last line is not' "$folder/out"
cp out said
run grep -c . said
expect_bytes '... and no other' '2\n' out
run "$check" -w sources
expect_status 'they are written' 0
expect_bytes 'after an empty line in C' "int main(void) { return 0; }\n\n/* $tag */\n" sources/generators/one.c
expect_bytes 'after the last line elsewhere' "all:\n# $tag\n" sources/Makefile
expect_bytes 'a lesson keeps its bytes' 'int main(void) { return 0; }\n' sources/generators/lessons/first.c
run "$check" sources
expect_status 'and then all have it' 0
if command -v reuse >/dev/null; then
  run "$check" -k kept sources
  expect_status 'what reuse agrees to is kept' 0
  mkdir bin && printf '#!/bin/sh\necho asked\nexit 1\n' >bin/reuse && chmod +x bin/reuse
  printf 'int more;\n\n/* %s */\n' "$tag" >sources/generators/one.c
  run env PATH="$folder/bin:$PATH" "$check" -k kept sources
  expect_status 'and not asked again for other text' 0
  printf '/* Copyright 2020 somebody */\n\n/* %s */\n' "$tag" >sources/generators/one.c
  run env PATH="$folder/bin:$PATH" "$check" -k kept sources
  expect_text '... but for a line of a licence' asked "$folder/out"
  run "$check" -k kept sources
  printf 'int more;\n\n/* %s */\n' "$tag" >sources/generators/two.c
  run env PATH="$folder/bin:$PATH" "$check" -k kept sources
  expect_text '... and for a new file' asked "$folder/out"
  rm -r sources/.reuse
  run "$check" -k kept sources
  expect_status 'where reuse does not agree: 1' 1
  expect_text '... it says what it lacks' 'table.json' "$folder/out"
fi
run "$check" -x
expect_status 'no such option: 2' 2

done_testing
# SPDX-License-Identifier: MIT

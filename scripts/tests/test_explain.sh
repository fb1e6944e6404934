#!/usr/bin/env bash
# bytegate explain as an author uses it: the listing, without its comments, makes the program again; JSON and a page
# come on request; what is no ELF file is refused by name.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:explain elf fixtures
source "$(dirname "$0")/tap.sh"

run "$build/bytegate" explain "$build/elf/quine_x64"
expect_status 'a program is explained' 0
sed 's/#.*//' out | xxd -r -p >again
run cmp again "$build/elf/quine_x64"
expect_status 'the listing without its comments is the program' 0

# Every program and object that is laid, from its listing alone.
listings=0
for elf in "$build"/elf/*; do
  case $elf in *.map | *.sym | *.h) continue ;; esac
  "$build/bytegate" explain "$elf" | sed 's/#.*//' | xxd -r -p | cmp - "$elf" || echo "$elf"
  listings=$((listings + 1))
done >other 2>&1
expect_bytes "the listings of all $listings programs and objects are these files" '' other

run "$build/bytegate" explain --json "$build/elf/quine_x64"
expect_text 'JSON is printed' '"pieces":[{"offset":0,"bytes":"7f454c46"' out

run "$build/bytegate" explain -o page.html "$build/elf/quine_x64"
expect_status 'a page is written' 0
expect_bytes 'and nothing is printed' '' out
expect_text 'into the file that was named' 'e_phentsize' page.html

run "$build/bytegate" explain -o no/such/folder.html "$build/elf/quine_x64"
expect_status 'a page that cannot be written is reported' 3
expect_text 'with its path' 'no/such/folder.html: No such file or directory' err

echo text >text.txt
run "$build/bytegate" explain text.txt
expect_status 'what is no ELF file is refused' 2
expect_text 'by its path' 'text.txt: no ELF file' err

run "$build/bytegate" explain
expect_status 'without a file there is nothing to explain' 2
expect_text 'and that is said' "'explain' needs ELF" err

done_testing
# SPDX-License-Identifier: MIT

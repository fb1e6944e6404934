#!/usr/bin/env bash
# The excerpts in the documents are what the programs print; one that is not is named, and can be written again.
#
# reads: scripts/tests/tap.sh scripts/machines.sh scripts/excerpts.sh scripts/lay-again.sh gate elf gen fixtures README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md VERSION
# shellcheck source=scripts/tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

[ "$(machine_here)" = x64 ] || { echo '1..0 # SKIP the excerpts are those of an x86-64 machine' && exit 0; }

run "$root/scripts/excerpts.sh" "$build"
expect_status 'every excerpt is as it is printed now' 0

sed -n '/excerpt: red/,/^RED/p; $s/.*/```/p' "$root/README.md" >right.md
sed 's/expected 0x68/expected 0x69/' right.md >wrong.md
run "$root/scripts/excerpts.sh" "$build" "$folder/right.md"
expect_status 'one excerpt by itself' 0
run "$root/scripts/excerpts.sh" "$build" "$folder/wrong.md"
expect_status 'another digit: 1' 1
expect_text '... named by its line' 'wrong.md:1: the excerpt red is not what is printed' out
run "$root/scripts/excerpts.sh" -w "$build" "$folder/wrong.md"
sed -i 's/[0-9.]* s$/N s/' right.md wrong.md
run cmp right.md wrong.md
expect_status '-w writes what is printed, whatever the time' 0

# shellcheck disable=SC2016 # a block of Markdown
printf '<!-- excerpt: no/such -->\n```\ntext\n```\n' | tee kept.md >given.md
run "$root/scripts/excerpts.sh" -w "$build" "$folder/kept.md"
run cmp kept.md given.md
expect_status 'where nothing is printed, nothing is written' 0

# shellcheck disable=SC2016 # a block of Markdown
printf '<!-- excerpt: VERSION -->\n```\n9.9\n```\n' >file.md
run "$root/scripts/excerpts.sh" "$build" "$folder/file.md"
expect_status 'a file that is not shown whole: 1' 1
run "$root/scripts/excerpts.sh" -x
expect_status 'no such option: 2' 2

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# The gallery without its programs: its page tells of each suite, with the lines that it has; every known divergence has
# a cause, and as many causes stand there as the page says; every suite can be read.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh fixtures/gallery fixtures/trees gate:verify
source "$(dirname "$0")/tap.sh"
gallery=$root/fixtures/gallery

for suite in "$gallery"/*.ini; do
  name=${suite##*/}
  name=${name%.ini}
  expect_text "$name: the page shows what it is for" "| [$name.ini]($name.ini) |" "$gallery/README.md"
  lines=$(grep -cv '^#\|^$' "$suite")
  expect_text "$name: the page says how long it is" "| $name | $lines |" "$gallery/README.md"
  # A cause is a comment, up to its end, right before an entry of that suite.
  causes=$(awk -v suite="$name/" '
    /^#/ { cause = 1; next } /^$/ { cause = 0; next }
    index($0, suite) == 1 { if (cause) count++; else if (!count) bad = 1 } { cause = 0 }
    END { print bad ? "an entry without a cause" : count + 0 }' "$gallery/known-divergences")
  run awk -F ' [|] |[|] ?' -v name="$name" -v causes="$causes" '
    $2 == name { found = $6 == causes; half = 2 * $5 >= $4 } END { exit !(found && half) }' "$gallery/README.md"
  expect_status "$name: $causes causes, as the page says, and half of the cases are equal" 0
done
run "$build/bytegate" list --suites "$gallery" --suite ls
expect_status 'a suite is found by its name' 0

done_testing
# SPDX-License-Identifier: MIT

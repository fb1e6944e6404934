#!/usr/bin/env bash
# bytegate coverage over several machines: shards and their records, which say together what an undivided run says; and
# what does not belong together is refused.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:coverage elf fixtures
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
cd "$root" || exit 1
# Two suites, natively and under qemu, on both machines: 69 runs, which 3 shards cut up.
coverage() { run "$gate" coverage --fresh --suite hello --suite hex0 --case 'hello/*' --case 'text/7-1*' --json "$@"; }

coverage
expect_status 'the undivided run' 0
cp "$folder/out" "$folder/whole"
for count in 1 3; do
  from=()
  for number in $(seq "$count"); do
    coverage --shard "$number/$count" --record "$folder/part.$number"
    expect_status "shard $number of $count" 0
    from+=(--from "$folder/part.$number")
  done
  coverage "${from[@]}"
  expect_status "$count shards: taken together, the same exit status" 0
  cp "$folder/out" "$folder/together"
  run cmp "$folder/whole" "$folder/together"
  expect_status "$count shards: and the same report" 0
done
run cmp "$folder/part.1" "$folder/part.2"
expect_status 'two shards are not the same' 1
coverage "${from[@]:2}"
expect_status 'a shard is missing: 3' 3
expect_text 'a shard is missing: is told' 'cases stand in no record: their shard is missing' "$folder/err"
run "$gate" coverage --suite small "${from[@]}"
expect_status 'the records of other programs: 3' 3
expect_text 'the records of other programs: are told' 'this is no record of coverage of these bytes and these programs' "$folder/err"
coverage --shard 9999/10000 --record "$folder/empty"
expect_status 'an empty shard is no success' 3
expect_text 'an empty shard is told' 'shard 9999 of 10000 is empty; nothing is proven (use fewer shards)' "$folder/err"
head -c 40 "$folder/part.1" >"$folder/half"
coverage --from "$folder/half"
expect_status 'half a record: 3' 3
run "$gate" coverage --shard 1/2
expect_status 'a shard without a record: 2' 2

# All suites of a folder of their own, which are one, with a list whose line explains nothing.
mkdir -p "$folder/own/fixtures/suites"
cp -r fixtures/hello "$folder/own/fixtures"
cp fixtures/suites/hello.ini "$folder/own/fixtures/suites"
ln -s "$PWD/build" "$folder/own/build"
printf 'hello* | nowhere | * | * | there is no such routine\n' >"$folder/own/fixtures/unreached"
cd "$folder/own" || exit 1
idle='fixtures/unreached:1: explains no gap that there is; remove the line'
run "$gate" coverage --fresh --json
expect_status 'a line that explains no gap is a mistake' 1
expect_text '... which is told in JSON' "$idle" "$folder/out"
run "$gate" coverage
expect_text '... and in text' "$idle" "$folder/out"
run "$gate" coverage --case 'none*' --case '*'
expect_no_text '... but not where cases were selected' "$idle" "$folder/out"

done_testing
# SPDX-License-Identifier: MIT

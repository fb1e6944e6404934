#!/usr/bin/env bash
# bytegate mutate over several machines, and of what changed: shards and their records, and --since an older build.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh gate:mutate elf fixtures generators
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

gate=$build/bytegate
program=hello_$(machine_here)
cd "$root" || exit 1
mutate() { run "$gate" mutate --suite hello --program "$program" "$@"; }

mutate --fresh
expect_status 'all mutants of a small program' 0
sed 's/, [0-9.]* s$//' "$folder/out" >"$folder/whole"
for count in 1 3 7; do
  from=()
  for number in $(seq "$count"); do
    mutate --shard "$number/$count" --record "$folder/part.$number"
    from+=(--from "$folder/part.$number")
  done
  mutate "${from[@]}"
  expect_status "$count shards: taken together, the same exit status" 0
  sed 's/, [0-9.]* s$//' "$folder/out" >"$folder/together"
  run diff "$folder/whole" "$folder/together"
  expect_status "$count shards: and the same report" 0
  cat "$folder"/part.* | grep -c '	' >"$folder/lines"
  sort -u "$folder"/part.* | grep -c '	' >"$folder/once"
  run cmp "$folder/lines" "$folder/once"
  expect_status "$count shards: no mutant is tried twice" 0
  [ "$count" = 7 ] || rm -f "$folder"/part.*
done
mutate "${from[@]:2}"
expect_status 'a shard is missing: 3' 3
expect_text 'a shard is missing: is told' 'stand in no record' "$folder/err"
run "$gate" mutate --program "quine_$(machine_here)" --from "$folder/part.1"
expect_status 'the record of another program: 3' 3
expect_text 'the record of another program: is told' 'this is no record of mutants of these bytes' "$folder/err"
mutate --shard 9999/10000 --record "$folder/empty"
expect_status 'an empty shard is no success' 2
expect_text 'an empty shard is told' 'nothing is proven (use fewer shards)' "$folder/err"

# Nothing is measured on a case that the program itself fails.
printf '[program p]\nelf = {build}/elf/%s\narch = %s\noracle = command\noracle-command = echo other\n[cases c]\nsource = random\ncount = 7\n' \
  "hello_{arch}" "$(machine_here)" >"$folder/wrong.ini"
run "$gate" mutate -j1 --suite "$folder/wrong.ini" --program "$program"
expect_status 'cases that fail on the program as it is: 3' 3
expect_text 'cases that fail on the program as it is: why' 'confined as a mutant: DIVERGED: stdout byte 0 is' "$folder/err"
expect_text 'cases that fail on the program as it is: how many' "7 of 7 cases of $program fail on the program as it is" "$folder/err"
run test "$(grep -c 'confined as a mutant' "$folder/err")" -lt 7
expect_status 'and not all are told where many fail' 0

# What changed.
mutate --since "$build/elf/$program"
expect_status 'nothing changed: 0' 0
expect_text 'nothing changed: is told' "no routine does anything else than at" "$folder/out"
for each in '' .map .sym; do cp "$build/elf/$program$each" "$folder/$program$each"; done
# The last byte of the code's first instruction: another number in it.
case $program in *_x64) offset=121 ;; *) offset=120 ;; esac
printf '\005' | dd of="$folder/$program" bs=1 seek=$offset conv=notrunc 2>/dev/null
mutate _start
tried=$(sed -n 's/^\(hello_.* tried\).*/\1/p' "$folder/out")
mutate --since "$folder/$program"
expect_status 'a routine changed: its mutants are tried' 0
expect_text 'all of them, and no others' "$tried" "$folder/out"
mutate --since no-such-commit
expect_status 'no such commit: 3' 3
expect_text 'no such commit: is told' '--since=no-such-commit is no file, and the program cannot be built at such a commit' "$folder/err"

# A program of another machine is tried on runs that an emulator forks, with what it has translated of the program as it
# is. Its ledger was measured with a start for each run.
for other in $(machine_names); do
  [ "$other" != "$(machine_here)" ] || continue
  run "$gate" mutate --suite small --program "rx-cat_$other" --fresh
  expect_status "rx-cat_$other: forked runs find what the ledger says" 0
  expect_text "rx-cat_$other: and all mutants were tried" ' mutants tried on ' "$folder/out"
done

# A prover that takes each mutant for the program: those that cases kill show that it errs.
mkdir "$folder/bin"
for each in "$build"/* "$build"/plugin; do
  if [ -f "$each" ] || [ "${each##*/}" = plugin ]; then cp -rL "$each" "$folder/bin/"; fi
done
rm -f "$folder/bin/prove"
run "$folder/bin/bytegate" mutate --build "$build" --program "$program" --prove
expect_status 'no prover: 3' 3
expect_text 'no prover: is told' "nothing is proved of $program" "$folder/err"
printf '#!/bin/sh\nsed s/.*/dead/\n' >"$folder/bin/prove"
chmod +x "$folder/bin/prove"
run "$folder/bin/bytegate" mutate --build "$build" --program "$program" --prove
expect_status 'a prover that errs: 1' 1
expect_text 'a prover that errs: is told' 'a case kills it, and the prover says that it does the same: _start' "$folder/out"

# A server: how it stops is a case beside its answers, whoever of the workers has these. The call that makes it wait for
# its signals is seen in no answer.
run "$gate" mutate --fresh --suite http --program "markdown-server_$(machine_here)" --runner native --jobs 2 \
  --case 'answers/absolute-bad-port*' block_signals
expect_text 'an answer of a server and its stop: both are equal on the server as it is' 'mutants tried on 2 cases' "$folder/out"
expect_no_text 'the stop kills what no answer kills' 'sys(NR_RT_SIGPROCMASK)' "$folder/out"

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# Campaigns on the engine local: the merged result is that of the whole run; a campaign that was killed goes on; and what a
# campaign cannot do is refused. scripts/prove-campaign.sh has the engines that reach other machines.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh gate:campaign+coverage+mutate elf fixtures
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

gate=$build/bytegate
mkdir documents
cat >p <<'SH'
#!/bin/sh
read -r word number <"$1"
[ "$word" != crash ] || kill -SEGV $$
[ "$word" != differ ] || number="$number."
echo "$number"
SH
chmod +x p
words=(equal equal differ equal crash)
for i in $(seq 1 40); do echo "${words[i % 5]} $i" >"documents/$(printf %02d "$i")"; done
cat >s.ini <<'INI'
[program p]
elf = p
arguments = {file}
runner = native
drive = run
oracle = command
oracle-command = read -r word number; echo "$number"
exit-status = 0
[cases c]
source = folder
path = documents
INI
suite=(--suite ./s.ini --known "$folder/known" --no-self-audit --no-blame)
campaign() { run "$gate" campaign verify "${suite[@]}" --into "$folder/it's here" --tap "$@"; }
timeless() { sed -i -E 's/duration_ms: [0-9.]+/TIME/; s/, [0-9.]+ s$//' "$@"; }

run "$gate" verify "${suite[@]}" -k --tap
expect_status 'the undivided run fails' 1
cp out whole
timeless whole
for count in 1 4 7; do
  campaign --shards $count --fresh
  expect_status "$count shards: the exit status of the whole" 1
  cp out got
  timeless got
  run cmp whole got
  expect_status "$count shards: and its report" 0
done
campaign --shards 7
expect_no_text 'the same command again runs no shard' ' shards, ' err
cp out got
timeless got
run cmp whole got
expect_status 'and says the same' 0
campaign --shards 8
expect_status 'another campaign in its folder: 2' 2
expect_text 'another campaign in its folder: the remedy' '--fresh throws it away, and --into FOLDER' err
campaign --shards 7 --case 'c/0*'
expect_status 'and one of other cases: 2' 2

# Killed in its middle: the shards that are done stay, the one that was at work goes on.
"$gate" campaign verify "${suite[@]}" -j 1 --into "$folder/killed" --shards 4 --tap >out 2>err &
killed=$!
at_work() { [ -e killed/done.1 ] || ! kill -0 $killed 2>/dev/null; }
wait_until at_work
kill -TERM $killed 2>/dev/null
wait $killed 2>/dev/null
run "$gate" campaign verify "${suite[@]}" -j 1 --into "$folder/killed" --shards 4 --tap
expect_status 'a campaign that was killed goes on' 1
cp out got
timeless got
run cmp whole got
expect_status 'to the report of the whole' 0

# A shard that cannot run has no result, and the campaign no verdict.
run "$gate" campaign verify --suite ./absent.ini --shards 2 --into "$folder/none"
expect_status 'no suite: 3' 3
expect_text 'no suite: the shard, and where its words are' 'shard 1 has no result; ' err
expect_text 'no suite: how many' '2 of 2 shards have no result; the same command goes on' err
expect_text 'no suite: the log says why' 'absent.ini' none/log.1

cd "$root" || exit 1
program=quine_$(machine_here)
run "$gate" mutate --program "$program" --fresh
sed 's/, [0-9.]* s$//' "$folder/out" >"$folder/mutants"
run "$gate" campaign mutate --program "$program" --shards 3 --into "$folder/m"
expect_status 'mutants: the exit status of the whole' 0
cp "$folder/out" "$folder/got"
timeless "$folder/got"
run cmp "$folder/mutants" "$folder/got"
expect_status 'mutants: and its report' 0
run "$gate" campaign mutate --program "$program" --shards 2 --into "$folder/r" no-such-routine
expect_status 'mutants of no routine: 3' 3

refused() {
  run "$gate" campaign "${@:2}"
  expect_status "$1: 2" 2
}
refused 'a campaign of nothing' list --shards 2
expect_text 'a campaign of nothing: what there is' 'there are campaigns of verify, mutate and fuzz' "$folder/err"
refused 'no shards' verify
refused 'too many shards' verify --shards 10001
refused 'an engine that there is not' verify --shards 2 --engine cloud
refused 'hosts for an engine that has none' verify --shards 2 --hosts a,b
refused 'an option of mutate for verify' verify --shards 2 --since HEAD
refused 'an option of verify for mutate' mutate --shards 2 --repeat 3
refused 'a suite for the fuzzer' fuzz --shards 2 --suite hello
refused 'routines for verify' verify --shards 2 main
ln -s "$(command -v sh)" "$(command -v flock)" "$folder/"
run env PATH="$folder" "$gate" campaign verify --shards 2 --engine slurm --into "$folder/e"
expect_status 'an engine that is not installed: 2' 2
expect_text 'an engine that is not installed: the remedy' "needs the command sbatch, which is not here (Debian's package slurm-client" "$folder/err"

# A sbatch that loses the node of task 2 before it has done anything, and begins the task again only where it was told to.
cd "$folder" || exit 1
mkdir bin
cat >bin/sbatch <<'SH'
#!/bin/sh
for word; do
  case $word in
  --requeue) again=yes ;;
  --array=1-*) count=${word#--array=1-} ;;
  esac
  job=$word
done
echo 7
for task in $(seq "$count"); do
  [ "$task" = 2 ] && [ "$again" != yes ] && continue
  SLURM_ARRAY_TASK_ID=$task sh "$job"
done
SH
chmod +x bin/sbatch
run env PATH="$folder/bin:$PATH" "$gate" campaign verify "${suite[@]}" --into "$folder/slurm" --tap --shards 3 --engine slurm
expect_status 'a node of Slurm is lost: the exit status of the whole' 1
cp out got
timeless got
run cmp whole got
expect_status 'a node of Slurm is lost: and its report' 0
sed -i 's/--requeue) again=yes/--requeue) again=no/' bin/sbatch
run env PATH="$folder/bin:$PATH" "$gate" campaign verify "${suite[@]}" --into "$folder/lost" --tap --shards 3 --engine slurm
expect_status 'a task that is not begun again: 3' 3
expect_text 'a task that is not begun again: is told' 'shard' err

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# A campaign of the fuzzer: rounds, each merged before the next, what the logs say in sum, what was found, and what goes
# wrong. In the place of the fuzzer stands a script that notes how it was called; scripts/prove-campaign.sh has the true one.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:campaign
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
mkdir -p fake/fuzz fixtures/markdown

# The documents that it "reaches" are its seeds; the file "mood" says how it ends.
cat >fake/fuzz/fuzz_markdown <<'SH'
#!/bin/sh
echo "$*" >>calls
case " $* " in
*' -merge=1 '*)
  [ ! -e merge-fails ] || { echo 'cannot merge'; exit 1; }
  shift 2
  into=$1
  shift
  for from; do cp "$from"/* "$into" 2>/dev/null; done
  exit 0
  ;;
esac
for word; do
  case $word in
  -seed=*) seed=${word#-seed=} ;;
  -artifact_prefix=*) crashes=${word#-artifact_prefix=} ;;
  -*) ;;
  *) : "${corpus:=$word}" ;;
  esac
done
echo "$seed" >"$corpus/$seed"
echo "stat::number_of_executed_units: $((1000 * seed))"
echo "stat::average_exec_per_sec:     $((100 + seed))"
[ ! -e mood ] || read -r status <mood
[ "${status:-0}" = 0 ] || echo found >"${crashes}crash-$seed"
exit "${status:-0}"
SH
chmod +x fake/fuzz/fuzz_markdown
echo known >fixtures/markdown/known
campaign() { run "$gate" campaign fuzz --build fake --into it --shards 2 --seconds 7 "$@"; }

mkdir bare
run "$gate" campaign fuzz --build bare --into it --shards 2
expect_status 'without a fuzzer there is no campaign' 2
expect_text '... and its remedy is named' 'bare/fuzz/fuzz_markdown is not there; run: make ' err
[ -e it ] && none=no || none=yes
report "$none" '... nor a folder of one'

campaign --rounds 3
expect_status 'a campaign that finds nothing' 0
expect_text 'the documents of a shard are those of all its rounds, its rate that of the last' \
  'shard 1: 9000 documents, 105 a second' out
expect_text '... of each shard' 'shard 2: 12000 documents, 106 a second' out
expect_text 'all of them in sum' 'all: 21000 documents; the corpus has 7 that reach all that any of them reached; 0 found' out
expect_no_text 'nothing is judged' 'the gate notices' out
expect_bytes 'the last round is written down' '3\n' it/round
run ls it/corpus
expect_bytes 'each shard of each round has a seed of its own, and all go on from what is known' '1\n2\n3\n4\n5\n6\nknown\n' out
run grep -c -e '-merge=1 -max_len=1024' calls
expect_bytes 'what is known is merged first, then each round' '4\n' out
run grep -e -seed=3 calls
expect_text 'a fuzzer looks for its part of the time' '-entropic=0 -max_len=1024 -seed=3 -max_total_time=2 -print_final_stats=1' out
expect_text '... from its own corpus and that of all' "$PWD/it/corpus.1 $PWD/it/corpus" out
run ls it
expect_no_text 'what was merged is gone' 'corpus.1' out

: >calls
campaign --rounds 3
expect_status 'the same command again' 0
expect_bytes '... runs nothing' '' calls
expect_text '... and says the same' 'all: 21000 documents; the corpus has 7' out
campaign --rounds 4
expect_status 'another campaign in its folder: 2' 2
campaign --rounds 3 --fresh
expect_status 'or from the beginning' 0
run grep -c seed calls
expect_bytes '... all of it' '6\n' out
echo 1 >it/round
campaign --rounds 3
run grep -c seed calls
expect_bytes 'one that broke off goes on after the round that was merged last' '10\n' out

rm -f calls
run "$gate" campaign fuzz --build fake --into short --shards 1 --rounds 9 --seconds 3
expect_text 'a fuzzer looks for a second at least' '-max_total_time=1 ' calls

for status_of_fuzzer in 77 70; do
  echo $status_of_fuzzer >mood
  campaign --rounds 1 --fresh
  expect_status "a document that makes the fuzzer end with $status_of_fuzzer is a divergence" 1
  expect_text '... that is counted' '; 2 found' out
done
run grep -e 'crash-' -r it/crashes -l
[ -e it/crashes/crash-1 ] && [ -e it/crashes/crash-2 ] && there=yes || there=no
report "$there" '... and kept'
expect_text '... and given to the gate, in the modes of the fuzzer' 'arguments = --unsafe {file}' it/crashes.ini
echo 1 >mood
campaign --rounds 1 --fresh
expect_status 'a fuzzer that fails otherwise leaves no result' 3
expect_text '... and its shards are named' 'shard' err
rm mood

run "$gate" campaign fuzz --build fake --into json --shards 2 --rounds 2 --seconds 2 --json
expect_status 'as JSON' 0
expect_text '... what it is' '"campaign": "fuzz"' out
expect_text '... of each shard' '"documents": 4000' out
expect_text '... and of all' '"documents": 10000' out
expect_text '... what they reach' '"corpus": 5' out
expect_text '... and find' '"found": 0' out
: >merge-fails
campaign --rounds 1 --fresh
expect_status 'corpora that cannot be merged are no result' 3
expect_text '... and what says why is named' 'it/merge.0 says why' err
expect_text '... as it does' 'cannot merge' it/merge.0
done_testing
# SPDX-License-Identifier: MIT

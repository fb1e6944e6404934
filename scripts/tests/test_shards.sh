#!/usr/bin/env bash
# Shards, records and merge: a run that was cut up says what an undivided run says, in every format and byte for byte
# but for times; one that was killed goes on; and what does not belong together is refused.
# shellcheck disable=SC2016 # the program's script expands later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:verify+merge
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
export TMPDIR=$folder/tmp
mkdir tmp documents

# A program that fails in several ways, held to a command.
cat >p <<'SH'
#!/bin/sh
read -r word number <"$1"
case $word in
crash) kill -SEGV $$ ;;
exit) exit 3 ;;
differ) printf 'what\000ever\377 %s\n' "$number" ;;
*) echo "$number" ;;
esac
SH
chmod +x p
cp p q
words=(equal equal differ equal crash equal exit)
for i in $(seq 1 30); do
  echo "${words[i % 7]} $i" >"documents/$(printf %02d "$i")"
done
program() {
  printf '[program %s]\nelf = %s\narguments = {file}\nrunner = native\ndrive = run\noracle = command\n' "$1" "$1"
  printf 'oracle-command = read -r word number; echo "$number"\nexit-status = 0\n'
}
{
  program p
  program q
  printf '[cases c]\nsource = folder\npath = documents\n'
} >s.ini
verify() { run "$gate" verify --suite ./s.ini --known "$folder/known" --no-self-audit --no-blame "$@"; }
merge() { run "$gate" merge --known "$folder/known" --no-blame "$@"; }

# timeless FILE...: without times, and without the name of the file that a page or a message has.
timeless() {
  sed -i -E -e 's/[0-9]+\.[0-9]+ m?s\b/TIME/g' -e 's/"duration_ms":[0-9.e-]+/TIME/g' -e 's/ (time|timestamp)="[^"]*"/ TIME/g' \
    -e 's/duration_ms: [0-9.]+/TIME/' -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5} UTC/TIME/' -e 's|<td class="r">[0-9]+</td></tr>|TIME|' "$@"
}
# reports FOLDER: the options that write each format there.
reports() { printf '%s\n' --junit "$1/junit" --json-lines "$1/json" --sarif "$1/sarif" --html "$1/html"; }

# same_reports NAME FOLDER: the reports there, and the TAP in out, are those of the undivided run.
same_reports() {
  cp out "$2/tap"
  timeless "$2"/*
  run diff -r whole "$2"
  expect_status "$1" 0
}

mkdir whole
mapfile -t options < <(reports whole)
verify -k --tap "${options[@]}"
expect_status 'the undivided run fails' 1
cp out whole/tap
timeless whole/*
expect_text 'with all kinds of failures' 'CRASHED' whole/json

for count in 1 2 3 7; do
  rm -f record.*
  for number in $(seq "$count"); do
    verify --shard "$number/$count" --record "record.$number"
  done
  sort -u record.* | grep -c '"suite"' >lines
  expect_bytes "$count shards: each case in one of them" '60\n' lines
  cat record.* | grep -c '"suite"' >lines
  expect_bytes "$count shards: and in no other" '60\n' lines
  mkdir "merged.$count"
  mapfile -t options < <(reports "merged.$count")
  merge --tap "${options[@]}" record.*
  expect_status "$count shards: merge gives the exit status of the whole" 1
  same_reports "$count shards: merge gives the reports of the whole" "merged.$count"
done

# Three shards of 60 cases.
rm -f record.*
for number in 1 2 3; do
  verify --shard "$number/3" --record "record.$number" --text
done
expect_text 'a shard is told as one' ', shard 3 of 3: 20 cases' out
expect_text 'and what to do with it' 'bytegate merge RECORD...' err
merge record.1 record.3
expect_status 'a record is missing: 3' 3
expect_text 'a record is missing: the cases are named' '20 of 60 cases stand in no record: s/c/' err
merge record.1 record.1 record.2 record.3 --text
expect_status 'a record that is given twice' 1
expect_text 'counts once' ': 60 cases' out
sed 's/"verdict":"equal"/"verdict":"hung"/' record.1 >changed
merge record.1 record.2 record.3 changed
expect_status 'two verdicts on one case: 3' 3
expect_text 'two verdicts on one case: are named' 'has one verdict in record.1 and another in changed' err
sed '1s/"gate":"[^"]*"/"gate":"0000000000000001"/' record.1 >changed
merge record.2 changed
expect_status 'a record of another gate: 2' 2
expect_text 'a record of another gate: what differs' 'changed: this does not belong to record.2: its "gate" is another' err
merge changed
expect_text 'a record of another gate alone: the remedy' 'record it again' err
verify --shard 1/2 --record half
merge record.1 half
expect_text 'a record of another partition: what differs' 'its "shards" is another' err
verify --shard 1/3 --record of.p --program p
merge record.2 of.p
expect_text 'a record of another selection: what differs' 'its "programs" is another' err
echo '{}' >nothing
merge nothing
expect_status 'no record: 2' 2
expect_text 'no record: the line' 'nothing:1: this is no line of a record of bytegate' err
merge absent
expect_status 'no such file: 2' 2
merge
expect_status 'nothing to merge: 2' 2

# Another program, or another case, is another content.
cp q q.before
echo '# another' >>q
merge record.1 record.2 record.3
expect_status 'a program that changed: 3' 3
expect_text 'a program that changed: is named' 'the program that it recorded as q is another' err
cp q.before q
cp documents/06 before
echo 'equal 6' >documents/06
merge record.1 record.2 record.3
expect_status 'a case that changed: 3' 3
expect_text 'a case that changed: is named' 's/c/06 is another than that of today' err
cp before documents/06

# Going on.
rm -f record
verify --record record
cp record whole.record
verify --record record --text
expect_status 'what is recorded has the same verdict' 1
expect_text 'and is not run again' '60 results stood in record already' err
grep -c '"suite"' record >lines
expect_bytes 'nothing is written twice' '60\n' lines
echo '; a note' >>s.ini
verify --record record --text
expect_text 'a note in the suite voids nothing' '60 results stood in record already' err
sed -i 's/^exit-status = 0/exit-status = 1/' s.ini
cp whole.record other.record
verify --record other.record --text
expect_no_text 'another exit status in it voids all' 'already' err
sed -i 's/^exit-status = 1/exit-status = 0/' s.ini
head -n 31 whole.record >record
printf '{"suite":"s","ca' >>record
verify --record record --text
expect_text 'what a killed run left goes on after its last whole line' '30 results stood in record already' err
expect_text 'to the whole' 'RED: 60 cases' out
grep -c '"suite"' record >lines
expect_bytes 'with a line for each case' '60\n' lines
echo '# another' >>q
verify --record record
expect_text 'another program is run again, and it alone' '30 results stood in record already' err
cp q.before q
verify --record record --fresh
expect_no_text '--fresh runs everything' 'already' err
verify --record record --case 'c/0*'
expect_status 'the record of another selection: 2' 2
expect_text 'the record of another selection: the remedy' '--fresh begins it anew' err
run "$gate" verify --suite ./s.ini --no-self-audit --record /dev/full
expect_status 'a record that is no file: 2' 2
expect_text 'a record that is no file: is said' '/dev/full: it is no file, but a device, a pipe or the like' err
run "$gate" verify --suite ./s.ini --no-self-audit --record none/record
expect_status 'a record in no folder: 2' 2

# A run that is killed in its middle.
rm -f record
verify --record fast
"$gate" verify --suite ./s.ini --no-self-audit --no-blame -j 1 --record record >out 2>err &
killed=$!
until [ -e record ] && [ "$(grep -c '"suite"' record)" -ge 5 ]; do
  kill -0 $killed 2>/dev/null || break
done
kill -KILL $killed 2>/dev/null
wait $killed 2>/dev/null
mkdir resumed
mapfile -t options < <(reports resumed)
verify --record record --tap "${options[@]}"
expect_status 'a killed run that goes on has the exit status of the whole' 1
same_reports 'and its reports' resumed

# What is no shard.
for word in 0/3 4/3 1/0 1 1/ /1 -1/3 1/3/5 a/b 1/10001; do
  verify --shard "$word" --record none
  expect_status "--shard $word: 2" 2
done
expect_text 'what a shard is' 'it is K/N, shard K of N' err
verify --shard 1/3
expect_text 'a shard needs a record' '--shard needs --record FILE' err
verify --plan whole.record
expect_text 'a plan needs a shard' '--plan balances shards' err
verify --shard 3/3 --record none --case c/01 --program p
expect_status 'an empty shard is no success: 3' 3
expect_text 'an empty shard is told' 'shard 3 of 3 is empty: only 1 cases are selected' err

# A program that is not there: nothing began, and that is what is said of each case.
sed 's/^elf = q/elf = not-there/' s.ini >lacking.ini
run "$gate" verify --suite ./lacking.ini --no-self-audit --record lacking --text
expect_status 'a program that is not there: 3' 3
expect_text 'a program that is not there: why no case was run' '60 cases were not run, because the run could not begin' out

# A plan: the case that took long has a shard of its own.
sed -E 's/("case":"c\/05","program":"p".*"duration_ns":)[0-9]+/\1900000000000/; s/"duration_ns":[0-9]{1,10},/"duration_ns":1000,/' whole.record >plan
for number in 1 2; do
  verify --shard $number/2 --plan plan --record "planned.$number"
  grep -c '"suite"' planned.$number
done | sort -n >lines
expect_bytes 'a plan balances by time' '1\n59\n' lines
merge planned.1 planned.2 --text
expect_text 'and loses nothing' 'RED: 60 cases' out
sed 's/1000,/1001,/' plan >other.plan
verify --shard 2/2 --plan other.plan --record other
merge planned.1 other
expect_text 'shards of two plans do not belong together' 'its "plan" is another' err

done_testing
# SPDX-License-Identifier: MIT

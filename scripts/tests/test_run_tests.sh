#!/usr/bin/env bash
# scripts/run-tests.sh: what each kind of test program reports is counted, and whatever broke off counts as failed.
# shellcheck disable=SC2016 # test programs are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/run-tests.sh scripts/test-inputs.sh
source "$(dirname "$0")/tap.sh"

# program NAME SCRIPT
program() {
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$1" && chmod +x "$1"
}

# totals NAME WANTED STATUS WORD...: the last line, and the exit status.
totals() {
  local name=$1 wanted=$2 wanted_status=$3
  shift 3
  run "$root/scripts/run-tests.sh" -j 2 -l logs "$@"
  expect_status "$name: exit $wanted_status" "$wanted_status"
  tail -n 1 out >last
  expect_bytes "$name: $wanted" "$wanted\n" last
}

program check_good 'echo "Running suite(s): x"; echo "100%: Checks: 12, Failures: 0, Errors: 0"'
program check_bad 'echo "75%: Checks: 8, Failures: 1, Errors: 1"; exit 1'
program check_lies 'echo "75%: Checks: 8, Failures: 2, Errors: 0"; exit 0'
program check_empty 'echo "100%: Checks: 0, Failures: 0, Errors: 0"'
program tap_good 'printf "ok 1 - a\nok 2 - b\n1..2\n"'
program tap_bad 'printf "ok 1 - a\nnot ok 2 - b\n1..2\n"; exit 1'
program tap_short 'printf "1..3\nok 1 - a\n"'
program tap_without_plan 'printf "ok 1 - a\n"'
program plain_good 'true'
program plain_bad 'echo why; exit 256'
program plain_worse 'exit 1'
program crashes 'kill -SEGV $$'
program breaks_off 'printf "ok 1 - a\n1..1\n"; exit 3'
program hangs 'exec sleep 1000000'
program hangs_deaf 'trap "" TERM; while :; do sleep 1000000; done'
program reads_stdin 'if read -r; then exit 1; fi'

totals 'libcheck' '12 passed, 0 failed' 0 ./check_good
totals 'libcheck, failures and errors' '6 passed, 2 failed' 1 ./check_bad
totals 'libcheck, failures and exit 0' '6 passed, 2 failed' 1 ./check_lies
totals 'libcheck, no check' '0 passed, 1 failed' 1 ./check_empty
totals 'TAP' '2 passed, 0 failed' 0 ./tap_good
totals 'TAP, not ok' '1 passed, 1 failed' 1 ./tap_bad
totals 'TAP, shorter than its plan' '1 passed, 1 failed' 1 ./tap_short
totals 'TAP, no plan' '1 passed, 1 failed' 1 ./tap_without_plan
totals 'exit status alone, 0' '1 passed, 0 failed' 0 ./plain_good
totals 'exit status alone, 1' '0 passed, 1 failed' 1 ./plain_worse
totals 'a crash' '0 passed, 1 failed' 1 ./crashes
totals 'a good report and another status' '1 passed, 1 failed' 1 ./breaks_off
totals 'a missing program' '0 passed, 1 failed' 1 ./nowhere
totals 'a program in this folder, without ./' '1 passed, 0 failed' 0 plain_good
totals 'stdin is empty' '1 passed, 0 failed' 0 ./reads_stdin
totals 'all at once' '21 passed, 3 failed' 1 ./check_good ./check_bad ./tap_good ./plain_good ./plain_worse
expect_text 'a failure is marked' 'FAIL   6 passed, 2 failed' out
expect_text 'a failure names its log' 'check_bad, exit status 1; whole log: logs/check_bad.log' out
totals 'a hang' '0 passed, 1 failed' 1 -t 0.3 ./hangs
expect_text 'a hang is named' 'killed: still running after 0.3 s' out
totals 'to the first failure' '1 passed, 2 failed' 1 -1 -j 1 ./plain_good ./plain_worse ./tap_good
expect_no_text '... and not beyond' tap_good out
totals 'a hang that ignores SIGTERM' '0 passed, 1 failed' 1 -t 0.3 ./hangs_deaf

many=()
for ((i = 0; i < 256; i++)); do
  program "fails_$i" 'exit 1'
  many+=("./fails_$i")
done
totals '256 failures' '0 passed, 256 failed' 1 "${many[@]}"

printf 'good:\n\ttest -z "$$MAKEFLAGS" || test "$$MAKEFLAGS" = " --no-print-directory"\nbad:\n\tfalse\n' >Makefile
totals 'a target of the Makefile' '1 passed, 1 failed' 1 make:good make:bad

# What passed is not run again until something that it reads has changed. Each program counts its runs in the folder of
# this test, which it finds by a variable that every test sees.
mkdir -p tree/{scripts,data/deep,build/elf,build/tests/part,part,other} && cd tree || exit 1
cp "$root"/scripts/{run-tests,test-inputs}.sh scripts/
export HOME=$folder BUILD=build TEST_GATE='build/bytegate build/helper'
export TMPDIR=/tmp

# runs NAME WANTED TEST: TEST ran as often as WANTED says since the last question, and passed.
runs() {
  rm -f "$folder/runs"
  run scripts/run-tests.sh -j 2 -l logs -k build/kept "$3"
  local count=0
  [ ! -e "$folder/runs" ] || count=$(wc -l <"$folder/runs")
  report "$([ "$count $status" = "$2 ${4-0}" ] && echo yes || echo no)" "$1" \
    "ran $count times, exit $status; wanted $2, ${4-0}" "$(cat "$folder/out" "$folder/err")"
}

program reader '# reads: data build/elf
echo run >>"$HOME/runs"; cat data/deep/text build/elf/x >/dev/null && ! ls other 2>/dev/null && [ -z "${SECRET-}" ]'
echo 1 >data/deep/text
echo 1 >build/elf/x
echo 1 >other/text
SECRET=1 runs 'a test runs once' 1 ./reader
runs 'one that passed does not run again' 0 ./reader
expect_text '... is said' '1 checks of 1 programs were not run again' "$folder/out"
expect_text '... is counted' '1 passed, 0 failed' "$folder/out"
run scripts/run-tests.sh -l logs ./reader
expect_status '... without -k it runs, among everything' 1
touch data/deep/text build/elf/x reader
runs '... nor where only a time changed' 0 ./reader
echo 2 >other/text
runs '... nor where another file changed' 0 ./reader
echo 2 >data/deep/text
runs 'a file that it reads changed' 1 ./reader
echo 3 >build/elf/x
runs 'a program that it reads changed' 1 ./reader
echo new >data/new
runs 'a file was added' 1 ./reader
rm data/new
runs 'a file was removed' 1 ./reader
chmod +x data/deep/text
runs 'a file was made executable' 1 ./reader
mv data/deep/text data/deep/moved && ln -s moved data/deep/text
runs 'a file became a link' 1 ./reader
echo '# changed' >>reader
runs 'the test itself changed' 1 ./reader
LANG=xx runs 'a variable that it sees changed' 1 ./reader
echo '# changed' >>scripts/test-inputs.sh
runs 'the script that runs it changed' 1 ./reader
mkdir "$folder/bin"
printf '#!/bin/sh\necho package 2\n' >"$folder/bin/dpkg-query"
chmod +x "$folder/bin/dpkg-query"
PATH=$folder/bin:$PATH runs 'PATH changed' 1 ./reader
sed -i s/2/3/ "$folder/bin/dpkg-query"
PATH=$folder/bin:$PATH runs 'the version of a package changed' 1 ./reader
PATH=$folder/bin:$PATH runs '... once' 0 ./reader

# A stamp never hides a failure.
program fails '# reads: data
echo run >>"$HOME/runs"; [ "$(cat data/deep/text)" = good ]'
echo bad >data/deep/moved
runs 'a failure' 1 ./fails 1
runs 'a failure runs again' 1 ./fails 1
echo good >data/deep/moved
runs '... and passes' 1 ./fails
echo bad >data/deep/moved
runs '... and fails again' 1 ./fails 1
echo good >data/deep/moved
runs '... a stamp of before the failure is none' 1 ./fails
program strays '# reads: data
cat other/text'
runs 'a test does not find what it does not name' 0 ./strays 1
program strays_far '# reads: data
cat data/../other/text'
runs '... nor by a way round' 0 ./strays_far 1
program changes '# reads: data
echo run >>"$HOME/runs"; echo again >"$HOME/tree/data/again"'
runs 'what it reads changes while it runs' 1 ./changes
rm data/again
runs '... so it runs again' 1 ./changes
program all '# silent
echo run >>"$HOME/runs"; cat other/text'
runs 'a test that does not say what it reads' 1 ./all
runs '... always runs' 1 ./all
program stops '# reads: data
echo run >>"$HOME/runs"; kill -KILL $PPID'
runs 'a test that ends its runner' 1 ./stops 1
runs '... has not passed' 1 ./stops 1

# The test programs of the build: their source says what they read.
printf '/* What it tests. */\n/* reads: gate */\nint x;\n' >part/test_c.c
program build/tests/part/test_c 'echo run >>"$HOME/runs"; cat build/bytegate build/helper && ! cat build/elf/x'
echo gate >build/bytegate
echo helper >build/helper
runs 'a unit test' 1 build/tests/part/test_c
runs '... once' 0 build/tests/part/test_c
echo helpers >build/helper
runs 'a helper of the gate changed' 1 build/tests/part/test_c
printf '/* reads: helpers */\nint x;\n' >part/test_h.c
program build/tests/part/test_h 'echo run >>"$HOME/runs"; cat build/helper && ! cat build/bytegate'
runs 'a unit test that reads the helpers alone' 1 build/tests/part/test_h
echo gate2 >build/bytegate
runs '... once, though the gate changed' 0 build/tests/part/test_h
echo gate >build/bytegate
# The gate of some commands, and that of all of them without what debuggers alone read.
mkdir build/gates
echo bytes >build/gates/all
runs 'the gate without what debuggers read' 1 build/tests/part/test_c
echo comments >>build/bytegate
runs '... where only that changed' 0 build/tests/part/test_c
printf '/* reads: gate:one+two */\nint x;\n' >part/test_g.c
program build/tests/part/test_g 'echo run >>"$HOME/runs"; [ "$(cat build/bytegate build/helper)" = "two commands
helpers" ] && ! ls build/gates 2>/dev/null'
echo 'two commands' >build/gates/one+two
runs 'a gate of two commands' 1 build/tests/part/test_g
echo others >build/gates/all
runs '... is not that of all' 0 build/tests/part/test_g
echo 'two others' >build/gates/one+two
runs '... and changes' 1 build/tests/part/test_g 1
rm build/gates/one+two
runs '... and is missing' 1 build/tests/part/test_g 1
rm -r build/gates

# A program of which a sanitizer's numbers of lines changed, beside which stands what it was compiled from.
printf '/* reads: nothing */\nint x;\n' >part/test_s.c
program build/tests/part/test_s 'echo run >>"$HOME/runs" # line 1'
runs 'a program that does not say what it was compiled from' 1 build/tests/part/test_s
program build/tests/part/test_s 'echo run >>"$HOME/runs" # line 2'
runs '... runs where its bytes changed' 1 build/tests/part/test_s
echo tokens >build/tests/part/test_s.tokens
runs '... and not because that is now told' 0 build/tests/part/test_s
program build/tests/part/test_s 'echo run >>"$HOME/runs" # line 3'
runs 'a program whose tokens are told for the first time' 1 build/tests/part/test_s
program build/tests/part/test_s 'echo run >>"$HOME/runs" # line 4'
runs '... does not run where its bytes alone changed' 0 build/tests/part/test_s
echo others >build/tests/part/test_s.tokens
runs '... and runs where both changed' 1 build/tests/part/test_s
rm build/tests/part/test_s.tokens
program build/tests/part/test_s 'echo run >>"$HOME/runs" # line 5'
runs '... and where its tokens are missing' 1 build/tests/part/test_s
program build/tests/part/test_s 'echo run >>"$HOME/runs"; exit 1'
runs '... and fails' 1 build/tests/part/test_s 1

# A program for which only the numbers of lines changed.
compiled() { printf '/* reads: nothing */\n%s' "$1" >part/test_l.c && ${CC:-gcc} -g -o build/tests/part/test_l part/test_l.c; }
main='int main(void) { return 0; }'
compiled "$main"
run scripts/run-tests.sh -j 2 -l logs -k build/kept build/tests/part/test_l
cp build/tests/part/test_l before
compiled "

$main"
run cmp -s before build/tests/part/test_l
expect_status 'a program of other lines is another file' 1
run scripts/run-tests.sh -j 2 -l logs -k build/kept build/tests/part/test_l
expect_text '... and does not run again' '1 checks of 1 programs were not run again' "$folder/out"
compiled 'int main(void) { return 1; }'
run scripts/run-tests.sh -j 2 -l logs -k build/kept build/tests/part/test_l
expect_status '... until its code changed' 1
BUILD=$PWD/build runs 'a build folder elsewhere' 1 "$PWD/build/tests/part/test_c"
cd ..
unset BUILD TEST_GATE

run "$root/scripts/run-tests.sh"
expect_status 'no program: usage' 2
run "$root/scripts/run-tests.sh" -x
expect_status 'an unknown option: usage' 2

done_testing
# SPDX-License-Identifier: MIT

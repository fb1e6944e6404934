#!/usr/bin/env bash
# scripts/run-tests.sh: what each kind of test program reports is counted, and whatever broke off counts as failed.
# shellcheck disable=SC2016 # test programs are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

# program NAME SCRIPT
program() {
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$1" && chmod +x "$1"
}

# totals NAME WANTED STATUS PROGRAM...: the last line, and the exit status.
totals() {
  local name=$1 wanted=$2 wanted_status=$3
  shift 3
  run "$root/scripts/run-tests.sh" -j 2 -t 0.3 -l logs "$@"
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
program hangs 'exec tail -f /dev/null'
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
totals 'a hang' '0 passed, 1 failed' 1 ./hangs
expect_text 'a hang is named' 'killed: still running after 0.3 s' out

many=()
for ((i = 0; i < 256; i++)); do
  program "fails_$i" 'exit 1'
  many+=("./fails_$i")
done
totals '256 failures' '0 passed, 256 failed' 1 "${many[@]}"

printf 'good:\n\ttest -z "$$MAKEFLAGS" || test "$$MAKEFLAGS" = " --no-print-directory"\nbad:\n\tfalse\n' >Makefile
totals 'a target of the Makefile' '1 passed, 1 failed' 1 make:good make:bad

run "$root/scripts/run-tests.sh"
expect_status 'no program: usage' 2
run "$root/scripts/run-tests.sh" -x
expect_status 'an unknown option: usage' 2

done_testing

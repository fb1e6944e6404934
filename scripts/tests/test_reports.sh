#!/usr/bin/env bash
# Every report of every outcome, by the readers that people use: TAP by Debian's prove (TAP::Harness) and by tap-parser,
# which reads version 14; exit 1, 3 and an interruption show a failure in each format, 0 shows none, 2 writes none.
# shellcheck disable=SC2016,SC1003 # commands that expand later, and a backslash
# reads: scripts/tests/tap.sh gate:verify
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
# Where node is not Debian's, it does not look there by itself.
export NODE_PATH=/usr/share/nodejs
cd "$folder" || exit 1
touch prove.out parser.out
formats=(junit json-lines sarif html)

# suite NAME COMMAND [KEY...]: a suite of one program, sh, that runs COMMAND for three cases whose truth is their input.
mkdir cases
printf one >cases/1
printf 'two # "<&>\\' >'cases/2 \ #'
printf three >cases/3
suite() {
  printf '[program p]\nelf = /bin/sh\narguments = -c "%s" sh {file}\nrunner = native\n' "$2" >"$1.ini"
  printf 'oracle = command\noracle-command = cat\n' >>"$1.ini"
  printf '%s\n' "${@:3}" '[cases c]' 'source = folder' 'path = cases' >>"$1.ini"
}
suite green 'exec cat $1'
suite red 'grep -q three $1 || exec cat $1; printf THREE'
suite fault 'exec cat $1'
sed -i 's/^oracle-command = .*/oracle-command = false/' fault.ini
suite missing 'exec cat $1'
sed -i 's|^elf = .*|elf = not-built|' missing.ini
suite wrong 'exec cat $1' 'colour = red'
suite slow ": >$folder/started; exec sleep 100" 'deadline = 200'

# options: those that write every report, into the folder of files of this outcome.
options=()
for format in "${formats[@]}"; do options+=("--$format" "report.$format"); done

# shows FORMAT: whether the report shows a failure, by what a reader of that format looks at.
shows() {
  case $1 in
  tap) ! prove -Q -e cat report.tap >prove.out 2>&1 ;;
  tap14) ! tap-parser <report.tap >parser.out 2>&1 ;;
  junit) ! xmllint --xpath 'boolean(//failure | //error | //testsuite[@failures > 0 or @errors > 0])' report.junit |
    grep -q false ;;
  json-lines) grep -q '"failed":true' report.json-lines ;;
  sarif) grep -q '"ruleId"' report.sarif ;;
  html) grep -q '<h1>bytegate: <span class="bad">' report.html ;;
  github) grep -q '^::error ' report.tap ;;
  esac
}

# outcome NAME STATUS SHOWN: the exit status, and whether each report shows a failure.
outcome() {
  local format passed
  expect_status "$1: the exit status" "$2"
  for format in tap tap14 github "${formats[@]}"; do
    passed=no
    if shows "$format"; then [ "$3" = no ] || passed=yes; else [ "$3" = yes ] || passed=yes; fi
    report "$passed" "$1: $format shows a failure: $3" "$(cat report.tap)" "$(cat prove.out parser.out)"
  done
  # A parser must have understood the report, and not only have failed at it.
  expect_no_text "$1: prove understands it" 'Parse errors' prove.out
  report "$(tap-parser -j <report.tap | grep -q 'tapError\|unexpected\|no plan' && echo no || echo yes)" \
    "$1: tap-parser understands it"
}

verify() {
  rm -f report.*
  run "$gate" verify --no-self-audit --tap --github "${options[@]}" "$@"
  cp out report.tap
}
verify -k --suite ./green.ini
outcome green 0 no
sed -i '/^# confinement: /d' report.tap
expect_bytes 'a green suite is one point' "TAP version 13
ok 1 - green
1..1
" report.tap
verify -k -v --suite ./green.ini
outcome 'green, each case named' 0 no
expect_text '-v names each case' '    ok 3 - c/3 p_' report.tap
verify --suite ./green.ini --suite ./red.ini
outcome red 1 yes
expect_text 'a failure is a point' '    not ok 1 - c/3 p_' report.tap
expect_text 'its suite is one' 'not ok 2 - red' report.tap
expect_text 'prove counts the suites' 'Failed test:  2' prove.out
verify -k -v --suite ./red.ini
outcome 'red, each case named' 1 yes
verify -k --suite ./fault.ini
outcome 'an oracle that fails' 3 yes
verify --suite ./missing.ini
outcome 'a program that is not built' 3 yes
expect_text '... is why there is no verdict' 'no verdict: ' report.json-lines

verify --suite ./wrong.ini
expect_status 'a mistake in a suite file: 2' 2
run ls report.*
expect_bytes '... writes no report' 'report.tap\n' out
expect_bytes '... nor any TAP' '' report.tap

# interrupted SIGNAL STATUS: a run that is ended in its middle.
interrupted() {
  rm -f report.* started
  "$gate" verify --no-self-audit --confine off --tap --github "${options[@]}" -k -j 1 --suite ./green.ini --suite ./slow.ini >report.tap 2>err &
  gate_pid=$!
  until [ -e started ] || [ $SECONDS -gt 120 ]; do :; done
  kill -"$1" "$gate_pid"
  wait "$gate_pid"
  status=$?
  outcome "interrupted by $1" "$2" yes
  expect_text "interrupted by $1: it is reported" "INTERRUPTED by SIG$1: " report.json-lines
}
interrupted TERM 143
done_testing
# SPDX-License-Identifier: MIT

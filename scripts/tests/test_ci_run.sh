#!/usr/bin/env bash
# .ci/run: it calls exactly the two commands, and closes with one line of counts that a failure of either turns red.
# make is a stand-in here.
# shellcheck disable=SC2016 # stand-ins are scripts, which expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh .ci/run
source "$(dirname "$0")/tap.sh"

# closes NAME WANTED STATUS VERIFY_STATUS CHECK_STATUS CHECK_LINE
closes() {
  path_with bash env
  stand_in make 'echo "make $* CI=$CI" >>'"$folder"'/calls
read -r && exit 99
case $2 in verify) exit '"$4"' ;; esac
echo "ok  12 passed, 0 failed  some test"
echo '"'$6'"'
exit '"$5"
  rm -f calls
  PATH=$folder/bin:/usr/bin:/bin run "$root/.ci/run"
  expect_status "$1: exit $3" "$3"
  tail -n 1 out >last
  expect_bytes "$1: $2" "$2\n" last
}

closes 'both pass' '41 passed, 0 failed' 0 0 0 '40 passed, 0 failed'
expect_bytes 'exactly the two commands' 'make setup verify CI=true\nmake setup check CI=true\n' calls
closes 'a test fails' '39 passed, 2 failed' 1 0 2 '38 passed, 2 failed'
closes 'the gate is red, the tests pass' '40 passed, 1 failed' 1 2 0 '40 passed, 0 failed'
closes 'both fail' '38 passed, 3 failed' 1 2 2 '38 passed, 2 failed'
closes 'the tests do not build' '1 passed, 1 failed' 1 0 2 'no such file'
closes 'nothing works' '0 passed, 2 failed' 1 2 2 'no such file'

done_testing
# SPDX-License-Identifier: MIT

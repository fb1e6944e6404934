#!/usr/bin/env bash
# Runs test programs side by side and counts what they report: the summary that libcheck prints, or the lines of TAP,
# or, of a program that prints neither, its exit status. The last line is `N passed, N failed`.
#
# usage: scripts/run-tests.sh [-j JOBS] [-t SECONDS] [-l LOG_DIR] TEST...
#
# TEST is a program, or make:TARGET for a target of the Makefile. A program that ends with another status than 0, that
# outlives its SECONDS, whose TAP is not as long as its plan, or that ran no check at all, adds a failure of its own:
# what broke off cannot have passed. Exit: 0 all passed, 1 some failed or there was nothing to run, 2 usage.
set -u

usage() {
  echo "usage: ${0##*/} [-j JOBS] [-t SECONDS] [-l LOG_DIR] TEST..." >&2
  exit 2
}

# run_one TEST SECONDS LOG_DIR: runs TEST into LOG_DIR/NAME.log, its counts into LOG_DIR/NAME.count.
run_one() {
  local test=$1 seconds=$2 logs=$3 name status started passed failed took
  name=${test#"${BUILD:-build}"/tests/}
  name=${name#./}
  local log=$logs/${name//\//_}.log
  started=${EPOCHREALTIME/[.,]/}
  # A test sees neither the terminal nor the job slots of a surrounding make; its variables stand in the environment.
  case $test in
  make:*) env -u MAKEOVERRIDES MAKEFLAGS='' timeout -k 5 "$seconds" "${MAKE:-make}" --no-print-directory "${test#make:}" ;;
  */*) MAKEFLAGS='' MAKELEVEL='' timeout -k 5 "$seconds" "$test" ;;
  *) MAKEFLAGS='' MAKELEVEL='' timeout -k 5 "$seconds" "./$test" ;;
  esac >"$log" 2>&1 </dev/null
  status=$?
  took=$(((${EPOCHREALTIME/[.,]/} - started) / 10000))

  read -r passed failed < <(awk '
    /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
      gsub(/[^0-9 ]/, ""); bad += $3 + $4; good += $2 - $3 - $4; counted = 1 }
    /^ok( |$)/ { good++; tap++; counted = 1 }
    /^not ok( |$)/ { bad++; tap++; counted = 1 }
    /^1\.\.[0-9]+$/ { plan = substr($0, 4) + 0; counted = 1 }
    END {
      if (tap != plan) bad++
      print good + 0, counted ? bad + 0 : "none" }' "$log")
  if [ "$failed" = none ]; then
    failed=0
    [ "$status" -ne 0 ] || passed=1
  elif [ $((passed + failed)) -eq 0 ]; then
    echo "run-tests.sh: the program ran and reported no check" >>"$log"
    failed=1
  fi
  [ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
  case $status in
  124 | 137) echo "run-tests.sh: killed: still running after $seconds s" >>"$log" ;;
  esac
  echo "$passed $failed" >"${log%.log}.count"

  local verdict='ok  '
  [ "$failed" -eq 0 ] || verdict='FAIL'
  printf '%s %3d passed, %d failed  %d.%02d s  %s\n' "$verdict" "$passed" "$failed" $((took / 100)) $((took % 100)) "$name"
  [ "$failed" -eq 0 ] || {
    printf '  --- %s, exit status %d; whole log: %s\n' "$name" "$status" "$log"
    grep -v '^ok ' "$log" | tail -n 40 | sed 's/^/  | /'
  }
}

if [ "${1:-}" = --one ]; then
  shift
  output=$(run_one "$@")
  # One write, so that the reports of programs side by side stay whole.
  printf '%s\n' "$output"
  exit 0
fi

jobs=1 seconds=300 logs=${BUILD:-build}/test-logs
while getopts j:t:l: option; do
  case $option in
  j) jobs=$OPTARG ;;
  t) seconds=$OPTARG ;;
  l) logs=$OPTARG ;;
  *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage

rm -rf "$logs"
mkdir -p "$logs" || exit 1
printf '%s\0' "$@" | xargs -0 -P "$jobs" -I '{}' "$BASH" "$0" --one '{}' "$seconds" "$logs"

counts=("$logs"/*.count)
lost=$(($# - $(find "$logs" -name '*.count' | wc -l)))
[ "$lost" -eq 0 ] || echo "run-tests.sh: $lost of $# test programs left no result" >&2
awk -v lost="$lost" '{ passed += $1; failed += $2 }
  END { failed += lost; printf "%d passed, %d failed\n", passed, failed; exit failed != 0 || passed == 0 }' \
  "${counts[@]}" /dev/null

#!/usr/bin/env bash
# Runs test programs side by side and counts what they report: the summary that libcheck prints, or the lines of TAP,
# or, of a program that prints neither, its exit status. The last line is `N passed, N failed`.
#
# usage: scripts/run-tests.sh [-1] [-j JOBS] [-t SECONDS] [-l LOG_DIR] [-k KEPT_DIR] TEST...
#
#   -1           begin no test any more once one has failed
#   -t SECONDS   how long a test may take, in seconds of a machine that has nothing else to do: where three times as
#                many programs want to run as there are cores, it may take three times as long
#   -k KEPT_DIR  do not run a test again that passed and reads nothing that has changed since (test-inputs.sh); what
#                passed is kept in KEPT_DIR
#
# TEST is a program, or make:TARGET for a target of the Makefile. A program that ends with another status than 0, that
# outlives its SECONDS, whose TAP is not as long as its plan, or that ran no check at all, adds a failure of its own:
# what broke off cannot have passed. Exit: 0 all passed, 1 some failed or there was nothing to run, 2 usage.
set -u
export LC_NUMERIC=C
build=${BUILD:-build}
# shellcheck source=scripts/test-inputs.sh
source "${BASH_SOURCE[0]%/*}/test-inputs.sh"

usage() {
  echo "usage: ${0##*/} [-1] [-j JOBS] [-t SECONDS] [-l LOG_DIR] [-k KEPT_DIR] TEST..." >&2
  exit 2
}

# limit PID SECONDS FILE: sends SIGTERM to PID once it had SECONDS of a machine of its own, and says so in FILE.
limit() {
  local left cores running
  left=$(awk -v seconds="$2" 'BEGIN { printf "%d", seconds * 1000 }')
  cores=$(getconf _NPROCESSORS_ONLN)
  while [ "$left" -gt 0 ]; do
    read -rt 0.2 <> <(:)
    IFS=' /' read -r _ _ _ running _ </proc/loadavg
    [ "$running" -ge "$cores" ] || running=$cores
    left=$((left - 200 * cores / running))
  done
  echo killed >"$3"
  kill -TERM "$1"
}

# run_limited SECONDS FILE COMMAND...: runs COMMAND in a process group of its own, which SIGKILL ends where SIGTERM
# does not.
run_limited() {
  local seconds=$1 file=$2 pid watcher status
  shift 2
  timeout -k 5 1000000 "$@" &
  pid=$!
  limit "$pid" "$seconds" "$file" >/dev/null 2>&1 &
  watcher=$!
  wait "$pid"
  status=$?
  kill "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  return "$status"
}

# count_checks STATUS LOG: prints how many passed and how many failed.
count_checks() {
  local passed failed
  read -r passed failed < <(awk '
    /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
      gsub(/[^0-9 ]/, ""); bad += $3 + $4; good += $2 - $3 - $4; counted = 1 }
    /^ok( |$)/ { good++; tap++; counted = 1 }
    /^not ok( |$)/ { bad++; tap++; counted = 1 }
    /^1\.\.[0-9]+$/ { plan = substr($0, 4) + 0; counted = 1 }
    END {
      if (tap != plan) bad++
      print good + 0, counted ? bad + 0 : "none" }' "$2")
  if [ "$failed" = none ]; then
    failed=0
    [ "$1" -ne 0 ] || passed=1
  elif [ $((passed + failed)) -eq 0 ]; then
    echo "run-tests.sh: the program ran and reported no check" >>"$2"
    failed=1
  fi
  [ "$1" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
  echo "$passed $failed"
}

# start_test TEST SECONDS FILE: runs TEST. It sees neither the terminal nor the job slots of a surrounding make. One
# that says what it reads runs among that alone.
start_test() {
  local test=$1 view=$kept/views/${name//\//_} variable clean=()
  case $test in
  make:*)
    run_limited "$2" "$3" env -u MAKEOVERRIDES MAKEFLAGS='' "${MAKE:-make}" --no-print-directory "${test#make:}"
    return
    ;;
  */*) ;;
  *) test=./$test ;;
  esac
  if [ -z "$key" ]; then
    run_limited "$2" "$3" env MAKEFLAGS='' MAKELEVEL='' "$test"
    return
  fi
  make_view "$test" "$view" || return
  for variable in "${test_variables[@]}"; do [ -z "${!variable+set}" ] || clean+=("$variable=${!variable}"); done
  [ "${test#"$build"/}" = "$test" ] || test=build/${test#"$build"/}
  (cd "$view" && GIT_CEILING_DIRECTORIES=$PWD/.. &&
    run_limited "$2" "$3" env -i "${clean[@]}" BUILD=build CK_TIMEOUT_MULTIPLIER="$CK_TIMEOUT_MULTIPLIER" \
      GIT_CEILING_DIRECTORIES="$GIT_CEILING_DIRECTORIES" "$test")
}

# keep_pass TEST PASSED: writes down that TEST passed, if what it reads is still what it was when the keys were made.
keep_pass() {
  local paths
  mapfile -t paths < <(awk -F '\t' -v name="$name" '$1 == name { print $2 }' "$kept/inputs")
  [ -z "$(find "${paths[@]}" -newer "$kept/begun" -print -quit 2>&1)" ] || return
  echo "${key% *} $2 ${key#* }" >"$kept/passed/${name//\//%}"
}

# run_one TEST SECONDS LOG_DIR KEYS: runs TEST into LOG_DIR/NAME.log, its counts into LOG_DIR/NAME.count. KEYS are its two,
# or nothing.
run_one() {
  local test=$1 seconds=$2 logs=$3 key=$4 name log status passed failed times
  name=$(test_name "$test")
  log=$PWD/$logs/${name//\//_}.log
  [ "${logs#/}" = "$logs" ] || log=$logs/${name//\//_}.log
  local TIMEFORMAT='%R s, CPU %U + %S s'
  { time start_test "$test" "$seconds" "$log.killed" >"$log" 2>&1 </dev/null; } 2>"$log.time"
  status=$?
  times=$(<"$log.time")
  read -r passed failed < <(count_checks "$status" "$log")
  [ ! -e "$log.killed" ] || echo "run-tests.sh: killed: still running after $seconds s" >>"$log"
  rm -f "$log.time" "$log.killed"
  if [ -n "$key" ]; then
    rm -rf "$kept/views/${name//\//_}"
    [ "$failed" -gt 0 ] || keep_pass "$test" "$passed"
  fi
  echo "$passed $failed" >"${log%.log}.count"

  local verdict='ok  '
  [ "$failed" -eq 0 ] || verdict='FAIL'
  printf '%s %3d passed, %d failed  %s  %s\n' "$verdict" "$passed" "$failed" "$times" "$name"
  [ "$failed" -eq 0 ] || {
    printf '  --- %s, exit status %d; whole log: %s\n' "$name" "$status" "$logs/${name//\//_}.log"
    grep -v '^ok ' "$log" | tail -n 40 | sed 's/^/  | /'
    [ -z "$key" ] || echo '  it saw only what its comment "reads: ..." names, as scripts/test-inputs.sh says'
  }
}

if [ "${1:-}" = --one ]; then
  kept=$2
  output=$(run_one "$3" "$4" "$5" "${6#-}")
  # One write, so that the reports of programs side by side stay whole.
  printf '%s\n' "$output"
  # After 255, xargs starts nothing more.
  [ -z "${RUN_TESTS_TO_FIRST-}" ] || [[ $output = 'ok '* ]] || exit 255
  exit 0
fi

jobs=1 seconds=300 logs=$build/test-logs kept=''
unset RUN_TESTS_TO_FIRST
while getopts 1j:t:l:k: option; do
  case $option in
  1) export RUN_TESTS_TO_FIRST=yes ;;
  j) jobs=$OPTARG ;;
  t) seconds=$OPTARG ;;
  l) logs=$OPTARG ;;
  k) kept=$OPTARG ;;
  *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage

rm -rf "$logs"
mkdir -p "$logs" || exit 1
# The limits of libcheck are wall time; a hang is seen by the limit above.
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-20}

# arguments_of TEST...: for each test that has to run, the words of --one, each with a NUL after it. Counts the others.
declare -A keys tokens

arguments_of() {
  local test name key before compiled
  for test; do
    name=$(test_name "$test")
    key=${keys[$name]-}
    if [ -n "$key" ] && read -r before passed compiled 2>/dev/null <"$kept/passed/${name//\//%}" &&
      { [ "$before" = "$key" ] || [ "$compiled" = "${tokens[$name]}" ]; }; then
      echo "$passed 0" >"$logs/${name//\//_}.count"
      continue
    fi
    [ -z "$kept" ] || rm -f "$kept/passed/${name//\//%}"
    printf '%s\0' "$test" "$seconds" "$logs" "-${key:+$key ${tokens[$name]}}"
  done
}
if [ -n "$kept" ]; then
  mkdir -p "$kept/passed" && rm -rf "$kept/views" && touch "$kept/begun" || exit 1
  make_keys "$kept" "$@" || exit 1
  while read -r key name; do keys[$name]=$key; done <"$kept/keys"
  while read -r key name; do tokens[$name]=$key; done <"$kept/keys-of-tokens"
fi
arguments_of "$@" >"$logs/arguments"
read -r kept_programs kept_checks < <(cat "$logs"/*.count 2>/dev/null | awk '{ checks += $1 } END { print NR, checks + 0 }')
xargs -0r -n 4 -P "$jobs" "$BASH" "$0" --one "$kept" <"$logs/arguments"
[ "$kept_programs" -eq 0 ] ||
  echo "$kept_checks checks of $kept_programs programs were not run again: nothing that they read has changed since they passed"

counts=("$logs"/*.count)
lost=$(($# - $(find "$logs" -name '*.count' | wc -l)))
[ "$lost" -eq 0 ] || echo "run-tests.sh: $lost of $# test programs left no result" >&2
awk -v lost="$lost" '{ passed += $1; failed += $2 }
  END { failed += lost; printf "%d passed, %d failed\n", passed, failed; exit failed != 0 || passed == 0 }' \
  "${counts[@]}" /dev/null
# SPDX-License-Identifier: MIT

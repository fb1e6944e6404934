#!/usr/bin/env bash
# Do the gate's tests notice faults in the gate? Coccinelle makes faults in the C of the harness and the oracles, one at
# each place that a rule of scripts/faults/ matches. Each is built and given to the tests until one notices: the
# self-audit, the unit tests of the file's own room, all unit tests and script tests of the gate, those that take the
# least time first, and `bytegate verify`.
#
# usage: scripts/mutate-gate.sh [-n COUNT] [-s SEED] [-j JOBS] [BUILD]
#
#   -n COUNT  how many faults, of all in an order that SEED decides (20)
#   -s SEED   the order (1)
#   -j JOBS   faults side by side (one for each core)
#
# What became of each fault stands in BUILD/mutate-gate/results, and is not tried again until the sources change. A fault
# that no test can notice, because nothing that the gate does is another, stands in scripts/faults/equivalent with the
# reason, and does not count. Exit: 0 at least 95 of 100 were noticed; 1 fewer; 2 usage; 3 the tests fail without a fault.
set -u
cd "$(dirname "$0")/.." || exit 3
usage() { echo "usage: scripts/mutate-gate.sh [-n COUNT] [-s SEED] [-j JOBS] [BUILD]" >&2 && exit 2; }
export LC_NUMERIC=C

# ---- The tests ------------------------------------------------------------------------------------------------------

# room_of FILE: the folder of harness/ that FILE stands in, or `oracles`.
room_of() { sed 's|^harness/||; s|/.*||' <<<"$1"; }

# list_tests: every test that reads the gate. $work/costs has a line "SECONDS NAME" for those that have run before.
list_tests() {
  find build/tests/harness build/tests/oracles -name 'test_*' -type f -perm -100
  grep -l '^# reads: .*\<gate\>' scripts/tests/test_*.sh
}
# order_tests: the tests that are read, the cheapest first, without those that fail in here anyway.
order_tests() {
  awk -v costs="$work/costs" -v failing="$work/failing" '
    BEGIN {
      while ((getline line <costs) > 0) { split(line, word, " "); cost[word[2]] = word[1] }
      while ((getline line <failing) > 0) fails[line] = 1
    }
    { name = $0; sub(/^build\/tests\//, "", name) }
    !(name in fails) { print cost[name] + 0 "\t" $0 }' | LC_ALL=C sort -g | cut -f 2
}
# run_tests TEST...: to the first that fails.
run_tests() { scripts/run-tests.sh -1 -j 1 -t 120 -k build/kept "$@"; }

# Rooms that nothing but their own commands uses: neither a verdict nor the tests of another room depend on them.
is_leaf() { [[ " bisect blame check coverage explain loaders mutate reduce " = *" $1 "* ]]; }
# concerned ROOM: of the tests that are read, those that can notice a fault of ROOM.
concerned() {
  if is_leaf "$1"; then grep -E "^scripts/|^build/tests/harness/$1/"; else cat; fi
}

# notice ROOM: prints what notices the fault that is built in this folder: a test, or `none`.
notice() {
  local tests part
  timeout 300 build/bytegate self-audit >"$log" 2>&1 </dev/null || { echo self-audit && return; }
  for part in near all; do
    if [ $part = near ]; then
      mapfile -t tests < <(list_tests | grep -E "^build/tests/(harness/)?$1/" | order_tests)
    else
      make -s unit-tests >"$log" 2>&1 </dev/null || { echo unbuilt && return; }
      mapfile -t tests < <(list_tests | concerned "$1" | order_tests)
    fi
    [ ${#tests[@]} -gt 0 ] || continue
    [ $part = all ] || make -s "${tests[@]}" >"$log" 2>&1 </dev/null || { echo unbuilt && return; }
    run_tests "${tests[@]}" >"$log" 2>&1 </dev/null || { sed -n 's/^FAIL .* //p' "$log" | head -n 1 && return; }
  done
  is_leaf "$1" || timeout 1800 build/bytegate verify --no-self-audit --no-blame >"$log" 2>&1 </dev/null || { echo verify && return; }
  echo none
}

# learn_costs: runs all tests without a fault. What fails, because it is locked in, takes no part.
learn_costs() {
  local tests
  mapfile -t tests < <(list_tests)
  scripts/run-tests.sh -j 1 -t 300 -k build/kept "${tests[@]}" >"$log" 2>&1 </dev/null
  sed -n 's/^FAIL .* //p' "$log" >"$work/failing"
  sed -n 's/^ok .* CPU \([0-9.]*\) + \([0-9.]*\) s  \(.*\)/\1 \2 \3/p' "$log" | awk '{ print $1 + $2, $3 }' >"$work/costs"
  [ ! -s "$work/failing" ] || echo "left out, because it fails here without a fault: $(paste -sd ' ' "$work/failing")"
  if ! build/bytegate self-audit >"$log" 2>&1 || ! build/bytegate verify --no-self-audit >"$log" 2>&1; then
    tail -n 20 "$log"
    echo "mutate-gate.sh: without a fault the gate fails; nothing can be learned" >&2
    rm -f "$work/costs" && exit 3
  fi
}

# try FAULT: prints what notices it.
try() {
  local file outcome
  file=$(sed -n '1s|^--- a/||p' "$work/faults/$1")
  cp -p "$file" "$log.original"
  if patch -s -p1 <"$work/faults/$1" && make -s all >"$log" 2>&1 </dev/null; then
    outcome=$(notice "$(room_of "$file")")
  else
    outcome=unbuilt
  fi
  # The time of the source must be another than that of the objects made of the fault.
  cp "$log.original" "$file"
  echo "$outcome"
}

# in_cage TREE WORD...: runs this script with WORD... in TREE, in namespaces and control groups of its own, so that
# nothing stays of what it starts, and what two do side by side does not meet.
in_cage() {
  local tree=$1 kind
  shift
  for kind in memory pids; do
    mkdir -p "/sys/fs/cgroup/$kind/mutate-gate-$tag/${tree##*/}" && echo 0 >"/sys/fs/cgroup/$kind/mutate-gate-$tag/${tree##*/}/cgroup.procs"
  done 2>/dev/null
  export group=mutate-gate-$tag/${tree##*/}
  cd "$tree" && exec unshare --mount --pid --cgroup --fork --kill-child --mount-proc scripts/mutate-gate.sh "--$1" "$work" "$tree.log" "${@:2}"
}
case ${1-} in
--try | --learn_costs)
  work=$2 log=$3
  mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /dev/shm || exit 3
  for kind in memory pids; do
    [ ! -d "/sys/fs/cgroup/$kind/$group" ] || mount --bind "/sys/fs/cgroup/$kind/$group" "/sys/fs/cgroup/$kind"
  done
  "${1#--}" "${@:4}"
  exit
  ;;
esac

# ---- The command line, and the lock ----------------------------------------------------------------------------------

count=20 seed=1 jobs=$(getconf _NPROCESSORS_ONLN)
while getopts n:s:j: option; do
  case $option in
  n) count=$OPTARG ;;
  s) seed=$OPTARG ;;
  j) jobs=$OPTARG ;;
  *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || usage
case $count$seed$jobs in *[!0-9]*) usage ;; esac
built=$PWD/${1:-build}
work=$built/mutate-gate
command -v spatch >/dev/null || { echo 'mutate-gate.sh: spatch is missing; run: make setup-mutate-gate' >&2 && exit 3; }
command -v bwrap >/dev/null || { echo 'mutate-gate.sh: bwrap is missing; run: make setup-mutate-gate' >&2 && exit 3; }
unset BUILD MAKEFLAGS MAKELEVEL
mkdir -p "$work"

# A gate with a fault may kill and remove what it should not. So all of this runs where it sees no other process and
# can write nothing but its own folder.
if [ "${MUTATE_GATE_INSIDE-}" != "$work" ]; then
  export MUTATE_GATE_INSIDE=$work
  groups=()
  [ ! -w /sys/fs/cgroup/memory ] || groups=(--bind /sys/fs/cgroup /sys/fs/cgroup)
  exec bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --tmpfs /dev/shm "${groups[@]}" --bind "$work" "$work" --unshare-pid \
    --unshare-ipc --unshare-net --die-with-parent --cap-add ALL "$PWD/scripts/mutate-gate.sh" -n "$count" -s "$seed" -j "$jobs" "${1:-build}"
fi

# ---- The faults ------------------------------------------------------------------------------------------------------

# The sources in which faults are made, and all that the copy needs.
sources() { find harness oracles -name '*.c' ! -path '*/tests/*' ! -path 'harness/fuzz/*' ! -path 'harness/bench/*' | LC_ALL=C sort; }
copied() {
  git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done
}

# split_patch RULE: reads spatch's patch, which has no context, and writes each of its places as a patch of its own,
# called after file, line and rule. Lines that changed side by side, one for one, are places of their own.
split_patch() {
  awk -v rule="$1" -v folder="$work/faults" '
    function put(line, old, new, old_count, new_count,   name, path) {
      name = file; gsub(/\//, "%", name)
      path = folder "/" name ":" line ":" rule
      printf "--- a/%s\n+++ b/%s\n@@ -%d,%d +%d,%d @@\n%s%s", file, file, line, old_count, line, new_count, old, new >path
      close(path)
    }
    function flush(   i, all_old, all_new) {
      if (olds && olds == news)
        for (i = 1; i <= olds; i++) put(start + i - 1, old[i], new[i], 1, 1)
      else if (olds) {
        for (i = 1; i <= olds; i++) all_old = all_old old[i]
        for (i = 1; i <= news; i++) all_new = all_new new[i]
        put(start, all_old, all_new, olds, news)
      }
      olds = news = 0
    }
    /^--- / { flush(); file = $2; next }
    /^\+\+\+ / { next }
    /^@@ / { flush(); start = substr($2, 2) + 0; next }
    /^-/ { old[++olds] = $0 "\n" }
    /^\+/ { new[++news] = $0 "\n" }
    END { flush() }'
}

make_faults() {
  local rule files
  rm -rf "$work/faults" && mkdir -p "$work/faults"
  mapfile -t files < <(sources)
  for rule in scripts/faults/*.cocci; do
    # Without isomorphisms, by which a > b would match b < a too.
    spatch --very-quiet --no-includes --iso-file /dev/null -U 0 --sp-file "$rule" "${files[@]}" 2>/dev/null |
      split_patch "$(basename "$rule" .cocci)"
  done
}

is_equivalent() {
  local file rule line
  file=$(sed -n '1s|^--- a/||p' "$work/faults/$1") rule=${1##*:}
  line=$(sed -n 's/^-[^-] *//p' "$work/faults/$1" | head -n 1)
  grep -qF "$file | $rule | $line |" scripts/faults/equivalent
}

# ---- The work --------------------------------------------------------------------------------------------------------

# make_tree FOLDER: a copy of the sources, and of what is built of them.
make_tree() {
  mkdir "$1" "$1/build" && copied | xargs -0 cp -dp --parents -t "$1" &&
    find "$built" -mindepth 1 -maxdepth 1 ! -name mutate-gate ! -name kept ! -name lint -exec cp -a -t "$1/build" {} +
}

state=$(copied | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
log=$work/log
if [ "$state" != "$(cat "$work/state" 2>/dev/null)" ]; then
  rm -rf "$work"/tree* "$work/results" "$work/costs"
  make_faults
  echo "$state" >"$work/state"
fi
for ((job = 1; job <= jobs; job++)); do
  # A tree in which a run was broken off may hold a fault.
  [ ! -e "$work/tree$job.busy" ] || rm -rf "$work/tree$job" "$work/tree$job.busy"
  [ -d "$work/tree$job" ] || make_tree "$work/tree$job" || exit 3
done
TEST_GATE=$(cd "$work/tree1" && make -s all unit-tests >"$log" 2>&1 && echo build/plugin/*.so build/{confine,refuse,step_instructions}) ||
  { tail "$log" >&2 && exit 3; }
export TEST_GATE work log
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-60}
tag=$(date +%s)
[ -e "$work/costs" ] || (in_cage "$work/tree1" learn_costs) || exit 3

touch "$work/results"
find "$work/faults" -type f -printf '%f\n' | LC_ALL=C sort | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' |
  sort -g | cut -f 2 | head -n "$count" >"$work/chosen"
cut -f 1 "$work/results" | grep -vxFf - "$work/chosen" >"$work/open"
rm -rf "$work/taken" && mkdir "$work/taken"

# work_on JOB: takes faults that nobody has taken yet, in their order.
work_on() {
  local fault outcome tree=$work/tree$1
  while read -r fault; do
    mkdir "$work/taken/$fault" 2>/dev/null || continue
    touch "$tree.busy"
    outcome=$(in_cage "$tree" try "$fault")
    [ "$outcome" != none ] || ! is_equivalent "$fault" || outcome=equivalent
    rm "$tree.busy"
    printf '%s\t%s\n' "$fault" "${outcome:-broken}" >>"$work/results"
    printf '%-40s %s\n' "${outcome:-broken}" "${fault//%//}"
  done <"$work/open"
}
for ((job = 1; job <= jobs; job++)); do work_on "$job" & done
wait
for job in "$work"/tree?; do rmdir /sys/fs/cgroup/{memory,pids}/"mutate-gate-$tag/${job##*/}"; done 2>/dev/null
rmdir /sys/fs/cgroup/{memory,pids}/"mutate-gate-$tag" 2>/dev/null

awk -F '\t' 'NR == FNR { chosen[$1] = 1; next }
  $1 in chosen {
    kind = $2
    sub(/^(harness|oracles)\/.*/, "unit", kind); sub(/^scripts\/.*/, "scripts", kind)
    n[kind]++; total++
  }
  END {
    judged = total - n["unbuilt"] - n["equivalent"] - n["broken"]; noticed = judged - n["none"]
    printf "%d faults: %d noticed by the self-audit, %d by unit tests, %d by script tests, %d by verify; %d by none\n",
      judged, n["self-audit"], n["unit"], n["scripts"], n["verify"], n["none"]
    printf "%d more are equivalent, %d do not build, %d could not be tried\n", n["equivalent"], n["unbuilt"], n["broken"]
    if (judged) {
      # Wilson'"'"'s interval.
      share = noticed / judged; z = 1.96; d = 1 + z * z / judged
      middle = (share + z * z / (2 * judged)) / d; half = z * sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged)) / d
      printf "%.1f %% were noticed (of all faults that could be made: %.1f to %.1f %%, 95 times in 100)\n", 100 * share,
        100 * (middle - half), 100 * (middle + half)
    }
    exit !judged || n["broken"] || noticed * 100 < judged * 95
  }' "$work/chosen" "$work/results"
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# Do the gate's tests notice faults in the gate? Coccinelle makes faults in the C of the harness and the oracles, one at
# each place that a rule of scripts/faults/ matches. Each is built and given to the tests, the cheapest first, until one
# notices: the self-audit, the unit tests, the script tests of the gate, `bytegate verify`.
#
# usage: scripts/mutate-gate.sh [-n COUNT] [-s SEED] [-j JOBS] [BUILD]
#
#   -n COUNT  how many faults, of all in an order that SEED decides (20)
#   -s SEED   the order (1)
#   -j JOBS   tests side by side (one for each core)
#
# What became of each fault stands in BUILD/mutate-gate/results, and is not tried again until the sources change. A fault
# that no test can notice, because nothing that the gate does is another, stands in scripts/faults/equivalent with the
# reason, and does not count. Exit: 0 at least 95 of 100 were noticed; 1 fewer; 2 usage; 3 the tests fail without a fault.
set -u
cd "$(dirname "$0")/.." || exit 3
usage() { echo "usage: scripts/mutate-gate.sh [-n COUNT] [-s SEED] [-j JOBS] [BUILD]" >&2 && exit 2; }
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
work=$PWD/${1:-build}/mutate-gate
command -v spatch >/dev/null || { echo 'mutate-gate.sh: spatch is missing; run: make setup-mutate-gate' >&2 && exit 3; }
command -v bwrap >/dev/null || { echo 'mutate-gate.sh: bwrap is missing; run: make setup-mutate-gate' >&2 && exit 3; }
unset BUILD MAKEFLAGS MAKELEVEL
mkdir -p "$work"

# A gate with a fault may kill and remove what it should not. So all of this runs where it sees no other process and
# can write nothing but its own folder.
if [ "${MUTATE_GATE_INSIDE-}" != "$work" ]; then
  export MUTATE_GATE_INSIDE=$work
  exec bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --tmpfs /dev/shm --bind "$work" "$work" --unshare-pid --unshare-ipc \
    --unshare-net --die-with-parent --cap-add ALL "$PWD/scripts/mutate-gate.sh" -n "$count" -s "$seed" -j "$jobs" "${1:-build}"
fi

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

# The tests, cheapest first. A test that has not come to an end has noticed something too.
steps=(audit unit scripts verify)
run_step() {
  local tests
  case $1 in
  audit) timeout 120 build/bytegate self-audit ;;
  unit)
    mapfile -t tests < <(find build/tests/harness build/tests/oracles -name 'test_*' -type f -perm -100)
    run_tests "${tests[@]}"
    ;;
  scripts)
    mapfile -t tests < <(grep -l '^# reads: .*\<gate\>' scripts/tests/test_*.sh)
    run_tests "${tests[@]}"
    ;;
  verify) timeout 600 build/bytegate verify --no-self-audit ;;
  esac
}
# run_tests TEST...: without those that fail in here anyway.
failing=()
run_tests() {
  local test tests=()
  for test; do
    [[ " ${failing[*]} " = *" ${test#build/tests/} "* ]] || tests+=("$test")
  done
  BUILD=build scripts/run-tests.sh -j "$jobs" -t 120 -k build/kept "${tests[@]}"
}

# try FAULT: prints the step that notices it, `none`, or `unbuilt`.
try() {
  local step outcome=none file
  file=$(sed -n '1s|^--- a/||p' "$work/faults/$1")
  cp -p "$file" "$work/original"
  if ! patch -s -p1 <"$work/faults/$1"; then
    outcome=unbuilt
  elif ! make -s all unit-tests >"$work/log" 2>&1; then
    outcome=unbuilt
  else
    for step in "${steps[@]}"; do
      if ! run_step "$step" >"$work/log" 2>&1 </dev/null; then outcome=$step && break; fi
    done
  fi
  cp "$work/original" "$file"
  echo "$outcome"
}

is_equivalent() {
  local file rule line
  file=$(sed -n '1s|^--- a/||p' "$work/faults/$1") rule=${1##*:}
  line=$(sed -n 's/^-[^-] *//p' "$work/faults/$1" | head -n 1)
  grep -qF "$file | $rule | $line |" scripts/faults/equivalent
}

state=$(copied | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
if [ "$state" != "$(cat "$work/state" 2>/dev/null)" ]; then
  rm -rf "$work/tree" "$work/results"
  make_faults
  mkdir "$work/tree" && copied | xargs -0 cp -p --parents -t "$work/tree" || exit 3
  echo "$state" >"$work/state"
fi
cd "$work/tree" || exit 3
make -s all unit-tests >"$work/log" 2>&1 || { tail "$work/log" >&2 && exit 3; }
# A test that fails without a fault, because it is locked in, takes no part.
for step in "${steps[@]}"; do
  run_step "$step" >"$work/log" 2>&1 </dev/null && continue
  mapfile -t -O "${#failing[@]}" failing < <(sed -n 's/^FAIL .* //p' "$work/log")
  [ "${#failing[@]}" -eq 0 ] || echo "left out, because it fails here without a fault: ${failing[*]}"
  run_step "$step" >"$work/log" 2>&1 </dev/null || {
    tail -n 20 "$work/log"
    echo "mutate-gate.sh: without a fault the step $step fails; nothing can be learned" >&2
    exit 3
  }
done

touch "$work/results"
find "$work/faults" -type f -printf '%f\n' | LC_ALL=C sort | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' |
  sort -g | cut -f 2 | head -n "$count" >"$work/chosen"
while read -r fault; do
  cut -f 1 "$work/results" | grep -qxF "$fault" && continue
  outcome=$(try "$fault")
  [ "$outcome" != none ] || ! (cd ../../.. && is_equivalent "$fault") || outcome=equivalent
  printf '%s\t%s\n' "$fault" "$outcome" >>"$work/results"
  printf '%-10s %s\n' "$outcome" "${fault//%//}"
done <"$work/chosen"

awk -F '\t' 'NR == FNR { chosen[$1] = 1; next } $1 in chosen { n[$2]++; total++ }
  END {
    judged = total - n["unbuilt"] - n["equivalent"]; noticed = judged - n["none"]
    printf "%d faults: %d noticed by the self-audit, %d by unit tests, %d by script tests, %d by verify; %d by none\n",
      judged, n["audit"], n["unit"], n["scripts"], n["verify"], n["none"]
    printf "%d more are equivalent, %d do not build\n", n["equivalent"], n["unbuilt"]
    if (judged) printf "%.1f %% were noticed\n", 100 * noticed / judged
    exit !judged || noticed * 100 < judged * 95
  }' "$work/chosen" "$work/results"

#!/usr/bin/env bash
# Do the gate's tests notice faults in the gate? Coccinelle makes faults in the C of the harness and the oracles, one at
# each place that a rule of scripts/faults/ matches. Each is built and given to the tests that run the changed line, one
# after another, those that take the least time first, until one notices.
#
# usage: scripts/mutate-gate.sh [-n COUNT] [-s SEED] [-j JOBS] [-f FILE] [-t SECONDS] [BUILD]
#
#   -n COUNT    how many faults that build, of all in an order that SEED decides (20)
#   -s SEED     the order (1). It depends on what a fault changes, not on where it stands, nor on other faults
#   -j JOBS     faults side by side (one for each core)
#   -f FILE     of faults in FILE alone: a file of the harness or the oracles, or a folder with a / at its end
#   -t SECONDS  ask no test that takes more CPU time than this. What then is not noticed is called `open`
#
# The tests are the self-audit, the unit tests and script tests of the gate, and `bytegate verify`; where a bound is
# another, the unit tests with sanitizers, too. Which lines they run
# is measured first (reached.c), and again only for a test whose program, gate or fixtures have changed. A fault in a
# line that no test runs is noticed by none; BUILD/mutate-gate/unreached lists all these lines.
#
# What became of each fault stands in BUILD/mutate-gate/results: it is not tried again while its source file, and the test
# that noticed it, are what they were; one that was not noticed is tried again after each change. A fault that no test can
# notice, because nothing that the gate does is another, stands in scripts/faults/equivalent with the reason, and does not
# count. Exit: 0 at least 95 of 100 were noticed; 1 fewer; 2 usage; 3 the tests fail without a fault.
set -u
cd "$(dirname "$0")/.." || exit 3
usage() { echo "usage: scripts/mutate-gate.sh [-n COUNT] [-s SEED] [-j JOBS] [-f FILE] [-t SECONDS] [BUILD]" >&2 && exit 2; }
export LC_NUMERIC=C

# ---- The tests ------------------------------------------------------------------------------------------------------

# oracle_users: the tests of the generators that ask an oracle, or the gate.
oracle_users() { grep -lE '"oracles/|^/\* reads: (.* )?gate' generators/*/tests/test_*.c | sed 's|\(.*\)\.c|build/tests/\1|'; }
# list_tests: every test that reads the gate. The first and the last are written by make_tree.
list_tests() {
  echo build/self-audit
  find build/tests/harness build/tests/oracles -name 'test_*' -type f -perm -100 | LC_ALL=C sort
  oracle_users
  grep -l '^# reads: .*\<gate\>' scripts/tests/test_*.sh
  echo build/verify
}
# test_source TEST: what the test is written in.
test_source() {
  case $1 in
  build/tests/*) echo "${1#build/tests/}.c" ;;
  build/sanitized/tests/*) echo "${1#build/sanitized/tests/}.c" ;;
  build/self-audit) echo harness/session/audit.c ;;
  scripts/*) echo "$1" ;;
  *) echo /dev/null ;;
  esac
}
# needs_gate TEST: may it start the gate? Most unit tests say that they read nothing of the build, and run without.
needs_gate() { ! grep -qE '^/\* reads: (nothing|fixtures[^ ]*)( fixtures[^ ]*)* \*/$' "$(test_source "$1")"; }

# run_test SECONDS TEST: prints the report of run-tests.sh. Its SECONDS are those of a machine that does nothing else, and
# of CPU time what each of its processes may take. The gate wants an hour of that, so there SECONDS alone stop what spins.
run_test() (
  if needs_gate "$2"; then ulimit -t 4000; else ulimit -t $(($1 / 3)); fi
  scripts/run-tests.sh -j 1 -t "$1" -l "$log.tests" "$2" 2>&1 </dev/null
)

# ---- Which lines they run ---------------------------------------------------------------------------------------------

# build_measured: builds this tree so that each program tells what code of it runs, in $work/reached; but not the
# generators, which tests link anew in their own way.
build_measured() {
  local flags='-O0 -fsanitize-coverage=trace-pc' users
  mapfile -t users < <(oracle_users)
  if [ ! -e build/reached.o ]; then
    rm -rf build/obj/{harness,oracles} build/tests/{harness,oracles} build/lib{harness,oracles,{harness,generators}-tests}.a
    rm -f build/{bytegate,oracle-*,confine,refuse,step_instructions}
    gcc -O2 -DREACHED_FOLDER="\"$work/reached\"" -c -o build/reached.o scripts/faults/reached.c || return
  fi
  make -s elf || return
  # Helpers are programs of one command each, linked statically. In the others the lines of functions that the linker left
  # out are said to be at 0 and after, so that all that is there must stand elsewhere.
  make -s SANITIZERS= CFLAGS="-std=c11 -D_GNU_SOURCE -g -w $flags -DREACHED_FOLDER='\"$work/reached\"' scripts/faults/reached.c" \
    build/{confine,refuse,step_instructions} &&
    make -s SANITIZERS="$flags" LDFLAGS='-Wl,--as-needed,-Ttext-segment=0x40000000 build/reached.o' all gate-tests "${users[@]}"
}

# list_blocks PROGRAM FILE: into FILE a line "OFFSET SOURCE:LINE" for each line of the harness and the oracles in each
# block of PROGRAM; OFFSET is what the call at the block's begin returns to.
list_blocks() {
  local base
  base=$(nm "$1" | sed -n 's/ . __executable_start$//p')
  {
    objdump -d --no-show-raw-insn "$1" | awk '
      called != "" { print called, 1, substr($1, 1, length($1) - 1); called = "" }
      /call.*<__sanitizer_cov_trace_pc>/ { called = sprintf("%16s", substr($1, 1, length($1) - 1)); gsub(/ /, "0", called) }'
    objdump --dwarf=decodedline "$1" | awk '$3 ~ /^0x/ && !seen[$3]++ { print substr($3, 3) }' >"$2.rows"
    # shellcheck disable=SC2094 # read twice
    addr2line -e "$1" <"$2.rows" | sed 's/ (discriminator.*//' | paste -d ' ' "$2.rows" - | awk '
      $2 ~ /\/(harness|oracles)\/.*\.c:[0-9]/ {
        address = sprintf("%16s", $1); gsub(/ /, "0", address)
        sub(/.*\/harness\//, "harness/", $2); sub(/.*\/oracles\//, "oracles/", $2)
        print address, 0, $2
      }'
    rm -f "$2.rows"
  } | LC_ALL=C sort | awk -v base="$base" '
    function number(text,   i, n) {
      for (i = 1; i <= length(text); i++) n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
      return n
    }
    function put() { if (line != "" && offset) print offset, line }
    $2 == 0 { if (open) put(); line = $3; at = $1; open = 1; next }
    { if (open && at != $1) put(); offset = number($3) - number(base); put(); open = 0 }
    END { if (open) put() }' | LC_ALL=C sort -u >"$2.new"
  mv "$2.new" "$2"
}

# program_key TEST: what the lines that TEST runs depend on.
program_key() { cat "$1" build/bytegate build/{confine,refuse,step_instructions} "$work/fixtures" | sha256sum | cut -d ' ' -f 1; }

# measure JOB TEST...: takes tests that nobody has taken yet, and writes into $work/lines/TEST which lines it runs, into
# $work/costs/TEST how many seconds of CPU it takes. What fails twice, because it is locked in, takes no part.
measure() {
  local test name key program report
  mount --bind "$work/reached.$1" "$work/reached" || return
  for test in "${@:2}"; do
    name=${test//\//%}
    mkdir "$work/taken/$name" 2>/dev/null || continue
    key=$(program_key "$test")
    [ "$key" != "$(cat "$work/keys/$name" 2>/dev/null)" ] || continue
    rm -f "$work/reached"/* "$work/lines/$name" "$work/costs/$name"
    report=$(run_test 600 "$test")
    grep -q '^ok ' <<<"$report" || { rm -f "$work/reached"/* && report=$(run_test 600 "$test"); }
    if ! grep -q '^ok ' <<<"$report"; then
      printf 'left out, because it fails here without a fault: %s\n' "$test"
      echo "$report" >"$work/failing/$name"
      continue
    fi
    for program in "$work/reached"/*; do
      cmp -l "$program" /dev/zero 2>/dev/null | awk '{ print $1 - 1 }' | LC_ALL=C sort |
        LC_ALL=C join -o 2.2 - "$work/blocks/${program##*/}"
    done 2>/dev/null | LC_ALL=C sort -u >"$work/lines/$name"
    sed -n 's/^ok .* CPU \([0-9.]*\) + \([0-9.]*\) s .*/\1 \2/p' <<<"$report" | awk '{ print $1 + $2 }' >"$work/costs/$name"
    rm -f "$work/failing/$name"
    echo "$key" >"$work/keys/$name"
  done
}

# learn JOB...: builds what is measured and lists its blocks; then the cages of JOB... measure side by side.
learn() {
  local job program tests
  (cd "$work/tree0" && build_measured >"$log" 2>&1) || { tail "$log" >&2 && exit 3; }
  mkdir -p "$work"/{blocks,lines,costs,keys,failing,reached}
  git ls-files -s fixtures scripts/tests | sha256sum >"$work/fixtures"
  for program in "$work"/tree0/build/{bytegate,oracle-*,confine,refuse,step_instructions} $(cd "$work/tree0" && list_tests | sed -n "s|^build/tests|$work/tree0/&|p"); do
    [ "$work/blocks/${program##*/}" -nt "$program" ] || list_blocks "$program" "$work/blocks/${program##*/}"
  done
  mapfile -t tests < <(cd "$work/tree0" && list_tests)
  rm -rf "$work/taken" && mkdir "$work/taken"
  for job; do mkdir -p "$work/reached.$job"; (in_cage "$work/tree0" "$job" measure "$job" "${tests[@]}") & done
  wait
  for job in self-audit verify; do
    [ ! -e "$work/failing/build%$job" ] || { cat "$work/failing/build%$job" >&2 && exit 3; }
  done
  cut -d ' ' -f 2 "$work"/blocks/* | LC_ALL=C sort -u >"$work/code"
  LC_ALL=C sort -mu "$work"/lines/* | LC_ALL=C comm -23 "$work/code" - | grep -Ev "/tests/|$in_cells" | sort -t : -k 1,1 -k 2,2n >"$work/unreached"
}

# in_cells: matches the files whose code runs where nothing can be written down: in cells, and in an emulator.
in_cells='^(harness/(helpers/|session/plant\.c|blame/blame_trace\.c)|oracles/commands/)'

# concerned FILE LINE: the tests that run it, the cheapest first; but before all others the unit tests of its own room. A
# line without code of its own belongs to the one before. Of a file that runs in cells, each test that starts one is asked.
concerned() {
  local line room=${1%/*}
  line=$(awk -F : -v file="$1" -v line="$2" '$1 == file && $2 <= line && $2 > best { best = $2 } END { if (best) print file ":" best }' "$work/code")
  {
    [ -z "$line" ] || grep -lxF "$line" "$work"/lines/*
    case $1 in
    harness/session/plant.c) grep -l '^harness/session/audit.c:' "$work"/lines/* ;;
    oracles/commands/*) grep -l '^harness/verdict/shell.c:' "$work"/lines/* ;;
    harness/blame/blame_trace.c) grep -l '^harness/blame/' "$work"/lines/* ;;
    *) [[ ! $1 =~ $in_cells ]] || grep -lE '^harness/process/(emulator|confinement).c:' "$work"/lines/* ;;
    esac
  } | sort -u | while IFS= read -r name; do
    name=${name##*/}
    own=1
    [[ $name != build%tests%"${room//\//%}"%tests%* ]] || own=0
    printf '%s\t%s\t%s\n' "$own" "$(<"$work/costs/$name")" "${name//%//}"
  done | LC_ALL=C sort -k 1,1 -k 2,2g | cut -f 2-
}

# ---- One fault ----------------------------------------------------------------------------------------------------------

# notice_outside FILE LINE: prints the unit test that notices, with sanitizers, that something is touched outside of its
# bounds. Fails if none does. These tests run so in `make check`, too.
notice_outside() {
  local cost test sanitized
  while IFS=$'\t' read -r cost test; do
    awk "BEGIN { exit !($most == 0 || $cost <= $most) }" || continue
    case $test in build/tests/harness/* | build/tests/oracles/*) ;; *) continue ;; esac
    ! grep -q '^/\* once: plain;' "$(test_source "$test")" || continue
    sanitized=build/sanitized/${test#build/}
    make -s SANITIZE=1 BUILD=build/sanitized "$sanitized" >"$log" 2>&1 </dev/null || continue
    rm -rf "$log.tests"
    run_test "$(awk "BEGIN { printf \"%d\", 20 + 15 * $cost }")" "$sanitized" >"$log"
    ! grep -rqE 'AddressSanitizer: |runtime error: ' "$log.tests" || { echo "$sanitized" && return; }
  done < <(concerned "$1" "$2")
  return 1
}

# notice FILE LINE ASKED RULE: prints what notices the fault that is in this tree: a test, `open` or `none`. Nothing is
# built before the test that needs it is asked. Tests that take no more than ASKED seconds have been asked before.
notice() {
  local cost test gate='' outcome=none
  while IFS=$'\t' read -r cost test; do
    if awk "BEGIN { exit !($most > 0 && $cost > $most) }"; then outcome=open && continue; fi
    ! awk "BEGIN { exit !($3 > 0 && $cost <= $3) }" || continue
    if [ ! "$gate" ] && needs_gate "$test"; then
      make -s all >"$log" 2>&1 </dev/null || { echo unbuilt && return; }
      gate=built
    fi
    case $test in build/tests/*) make -s "$test" >"$log" 2>&1 </dev/null || { echo unbuilt && return; } ;; esac
    run_test "$(awk "BEGIN { printf \"%d\", 6 + 5 * $cost }")" "$test" >"$log"
    grep -q '^ok ' "$log" || { echo "$test" && return; }
  done < <(concerned "$1" "$2")
  case $4 in
  above | at_least | below | sum) notice_outside "$1" "$2" || echo "$outcome" ;;
  *) echo "$outcome" ;;
  esac
}

# try FAULT ASKED: prints what notices it.
try() {
  local file line outcome=unbuilt object
  file=$(sed -n '1s|^--- a/||p' "$work/faults/$1")
  line=$(sed -n '3s/^@@ -\([0-9]*\).*/\1/p' "$work/faults/$1")
  case $file in harness/helpers/*) object=all ;; *) object=build/obj/${file%.c}.o ;; esac
  cp -p "$file" "$log.original" || return
  patch -sf -p1 <"$work/faults/$1" >"$log" 2>&1 || outcome=broken
  if [ $outcome = unbuilt ] && make -s "$object" >"$log" 2>&1 </dev/null; then
    outcome=$(notice "$file" "$line" "$2" "${1##*:}")
  fi
  # The time of the source must be another than that of the objects made of the fault.
  cp "$log.original" "$file"
  echo "$outcome"
}

# in_cage TREE NAME WORD...: runs this script with WORD... in TREE, in namespaces and control groups of its own, so that
# nothing stays of what it starts, and what two do side by side does not meet.
in_cage() {
  local tree=$1 kind
  export group=mutate-gate-$tag/cage$2
  log=$work/log.$2
  shift 2
  for kind in memory pids; do
    mkdir -p "/sys/fs/cgroup/$kind/$group" && echo 0 >"/sys/fs/cgroup/$kind/$group/cgroup.procs"
  done 2>/dev/null
  cd "$tree" && exec unshare --mount --pid --cgroup --fork --kill-child --mount-proc "$script" "--$1" "$work" "$log" "$most" "${@:2}"
}
script=$PWD/scripts/mutate-gate.sh
case ${1-} in
--try | --measure)
  cd "$OLDPWD" || exit 3
  work=$2 log=$3 most=$4
  mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /dev/shm || exit 3
  for kind in memory pids; do
    [ ! -d "/sys/fs/cgroup/$kind/$group" ] || mount --bind "/sys/fs/cgroup/$kind/$group" "/sys/fs/cgroup/$kind"
  done
  "${1#--}" "${@:5}"
  exit
  ;;
esac

# ---- The command line, and the lock ----------------------------------------------------------------------------------

count=20 seed=1 jobs=$(getconf _NPROCESSORS_ONLN) most=0 only=''
while getopts n:s:j:f:t: option; do
  case $option in
  n) count=$OPTARG ;;
  s) seed=$OPTARG ;;
  j) jobs=$OPTARG ;;
  f) only=$OPTARG ;;
  t) most=$OPTARG ;;
  *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || usage
case $count$seed$jobs in *[!0-9]*) usage ;; esac
case $most in *[!0-9.]*) usage ;; esac
built=$PWD/${1:-build}
work=$built/mutate-gate
command -v spatch >/dev/null || { echo 'mutate-gate.sh: spatch is missing; run: make setup-mutate-gate' >&2 && exit 3; }
command -v bwrap >/dev/null || { echo 'mutate-gate.sh: bwrap is missing; run: make setup-mutate-gate' >&2 && exit 3; }
unset BUILD MAKEFLAGS MAKELEVEL
export CCACHE_READONLY=1 CCACHE_TEMPDIR=/tmp
mkdir -p "$work"

# A gate with a fault may kill and remove what it should not. So all of this runs where it sees no other process and
# can write nothing but its own folder.
if [ "${MUTATE_GATE_INSIDE-}" != "$work" ]; then
  export MUTATE_GATE_INSIDE=$work
  groups=()
  [ ! -w /sys/fs/cgroup/memory ] || groups=(--bind /sys/fs/cgroup /sys/fs/cgroup)
  exec bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --tmpfs /dev/shm "${groups[@]}" --bind "$work" "$work" --unshare-pid \
    --unshare-ipc --unshare-net --die-with-parent --cap-add ALL "$script" -n "$count" -s "$seed" -j "$jobs" -f "$only" -t "$most" "${1:-build}"
fi

# ---- The faults ------------------------------------------------------------------------------------------------------

# The sources in which faults are made, and all that the copy needs.
sources() { find harness oracles -name '*.c' ! -path '*/tests/*' ! -path '*/templates/*' ! -path 'harness/fuzz/*' ! -path 'harness/bench/*' | LC_ALL=C sort; }
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
    # What spatch only laid out anew is no fault.
    function bare(lines) { gsub(/(^|\n)[-+]|[ \t\n]/, "", lines); return lines }
    function flush(   i, all_old, all_new) {
      if (olds && olds == news)
        for (i = 1; i <= olds; i++) if (bare(old[i]) != bare(new[i])) put(start + i - 1, old[i], new[i], 1, 1)
      else if (olds) {
        for (i = 1; i <= olds; i++) all_old = all_old old[i]
        for (i = 1; i <= news; i++) all_new = all_new new[i]
        if (bare(all_old) != bare(all_new)) put(start, all_old, all_new, olds, news)
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

# apply_rule RULE FILE...: prints spatch's patch. One place that comes of a macro, and so cannot be changed, makes spatch
# give up all files: then it is asked about each half, down to the file of that place, which is told.
apply_rule() {
  local half=$((($# - 1) / 2)) own=$BASHPID
  # Without isomorphisms, by which a > b would match b < a too.
  if spatch --very-quiet --no-includes --iso-file /dev/null -U 0 --sp-file "$1" "${@:2}" >"$work/patch.$own" 2>"$log.$own"; then
    cat "$work/patch.$own"
  elif [ $# -gt 2 ]; then
    apply_rule "$1" "${@:2:half}"
    apply_rule "$1" "${@:2+half}"
  else
    printf 'no fault of %s in %s: %s\n' "$(basename "$1")" "$2" "$(tail -n 1 "$log.$own")" >&2
  fi
  rm -f "$work/patch.$own" "$log.$own"
}

make_faults() {
  local rule files
  rm -rf "$work/faults" && mkdir -p "$work/faults"
  mapfile -t files < <(sources)
  for rule in scripts/faults/*.cocci; do
    [ "$(jobs -pr | wc -l)" -lt "$jobs" ] || wait -n
    apply_rule "$rule" "${files[@]}" | split_patch "$(basename "$rule" .cocci)" &
  done
  wait
  for rule in scripts/faults/*.cocci; do
    compgen -G "$work/faults/*:$(basename "$rule" .cocci)" >/dev/null || { echo "mutate-gate.sh: $rule makes no fault" >&2 && exit 3; }
  done
  # Each fault with what it changes: the file, the rule, the line, and which of these lines of the file it is.
  (cd "$work/faults" && find . -type f -printf '%f\n' | sort -t : -k 1,1 -k 2,2n | xargs sed -sn '4{F;p}') | sed 'N;s/\n/\t/' | awk -F '\t' '
    { file = rule = $1; sub(/:.*/, "", file); sub(/.*:/, "", rule); key = file " " rule " " $2; print $1 "\t" key " " ++n[key] }' >"$work/places"
}

# check_equivalent: each line of scripts/faults/equivalent names a line that there is, and a rule.
check_equivalent() {
  local row file rule line
  while IFS= read -r row; do
    file=${row%% | *} rule=${row#* | } line=${row#* | * | }
    if [ ! -e "scripts/faults/${rule%% | *}.cocci" ] || ! grep -qF -e "${line% | *}" "$file" 2>/dev/null; then
      echo "mutate-gate.sh: scripts/faults/equivalent names what is not there; remove or mend: $row" >&2 && return 1
    fi
  done < <(grep -v '^#' scripts/faults/equivalent)
}

is_equivalent() {
  local file rule line
  file=$(sed -n '1s|^--- a/||p' "$work/faults/$1") rule=${1##*:}
  line=$(sed -n 's/^-[^-] *//p' "$work/faults/$1" | head -n 1)
  grep -qF "$file | $rule | $line |" scripts/faults/equivalent
}

# ---- The work --------------------------------------------------------------------------------------------------------

# make_tree FOLDER: makes FOLDER a copy of the sources, and at first of what is built of them. What differs is copied,
# whatever its time: a file that had a fault is newer than the source of which it is a copy.
make_tree() {
  local part
  if [ ! -d "$1" ]; then
    mkdir -p "$1/build" && find "$built" -mindepth 1 -maxdepth 1 ! -name mutate-gate ! -name kept ! -name lint ! -name sanitized -exec cp -a -t "$1/build" {} + ||
      return
  fi
  (cd "$1" && sha256sum -c "$work/sums" 2>/dev/null | sed -n 's/: FAILED.*//p') >"$work/differ"
  xargs -rd '\n' cp -d --preserve=mode --parents -t "$1" <"$work/differ" || return
  for part in harness oracles generators fixtures scripts; do
    (cd "$1" && find "$part" -type f)
  done | LC_ALL=C sort | LC_ALL=C comm -23 - <(cut -c 67- "$work/sums" | LC_ALL=C sort) | (cd "$1" && xargs -rd '\n' rm)
  printf '#!/bin/sh\nexec build/bytegate self-audit\n' >"$1/build/self-audit"
  printf '#!/bin/sh\nexec build/bytegate verify --no-self-audit --no-blame\n' >"$1/build/verify"
  chmod 755 "$1"/build/{self-audit,verify}
}

check_equivalent || exit 3
log=$work/log
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-60}
tag=$(date +%s)
copied | LC_ALL=C sort -z | xargs -0 sha256sum >"$work/sums"
state=$(sha256sum <"$work/sums")
for ((job = 0; job <= jobs; job++)); do
  # A tree in which a run was broken off may hold a fault.
  [ ! -e "$work/tree$job.busy" ] || rm -rf "$work/tree$job" "$work/tree$job.busy"
  make_tree "$work/tree$job" || exit 3
done
TEST_GATE=$(cd "$work/tree1" && make -s all >"$log" 2>&1 && echo build/bytegate build/plugin/*.so build/{confine,refuse,step_instructions} build/oracle-* build/new/.copied) ||
  { tail "$log" >&2 && exit 3; }
export TEST_GATE work log most
if [ "$state" != "$(cat "$work/state" 2>/dev/null)" ]; then
  rm -f "$work/state"
  mapfile -t numbers < <(seq "$jobs")
  learn "${numbers[@]}"
  made=$({ sources; printf '%s\n' scripts/faults/*.cocci "$script"; } | xargs sha256sum | sha256sum)
  [ "$made" = "$(cat "$work/made" 2>/dev/null)" ] || { make_faults && echo "$made" >"$work/made"; }
  echo "$state" >"$work/state"
fi

# source_key FILE...: tells their contents.
source_key() { cat "$@" 2>/dev/null | sha256sum | cut -c 1-16; }
# asked_before FAULT: the cost of the dearest test that was asked in vain, with the sources as they are now.
asked_before() {
  awk -F '\t' -v fault="$1" -v key="$(source_key "$work/state")" '$1 == fault { asked = $2 == "open" && $3 == key ? $5 : 0 } END { print asked + 0 }' "$work/results"
}
# is_done FAULT: was it tried, and is what was learned still true? Sets $outcome.
is_done() {
  local key file=${1%%:*}
  IFS=$'\t' read -r _ outcome key _ < <(awk -F '\t' -v fault="$1" '$1 == fault' "$work/results" | tail -n 1)
  case ${outcome-} in
  '' | broken | open) return 1 ;;
  none) [ "$key" = "$(source_key "$work/state")" ] ;;
  *) [ "$key" = "$(source_key "${file//%//}" "$(test_source "$outcome")")" ] ;;
  esac
}

# work_on JOB: takes faults that nobody has taken yet, in their order.
work_on() {
  local fault outcome key file tree=$work/tree$1 begun
  while read -r fault; do
    mkdir "$work/taken/$fault" 2>/dev/null || continue
    file=${fault%%:*}
    touch "$tree.busy"
    begun=$SECONDS
    outcome=$(in_cage "$tree" "$1" try "$fault" "$(asked_before "$fault")")
    rm "$tree.busy"
    case $outcome in none | open) ! is_equivalent "$fault" || outcome=equivalent ;; esac
    case $outcome in
    none | open) key=$(source_key "$work/state") ;;
    *) key=$(source_key "${file//%//}" "$(test_source "$outcome")") ;;
    esac
    printf '%s\t%s\t%s\t%s\t%s\n' "$fault" "${outcome:-broken}" "$key" $((SECONDS - begun)) "$most" >>"$work/results"
    printf '%-40s %s\n' "${outcome:-broken}" "${fault//%//}"
  done <"$work/open"
}

# choose: the first COUNT faults of the order, without those that do not build, and those of them that are to be tried.
choose() {
  local fault left=$count
  unbuilt=0
  : >"$work/chosen"
  : >"$work/open"
  while [ "$left" -gt 0 ] && IFS= read -r fault; do
    if is_done "$fault"; then
      if [ "$outcome" = unbuilt ]; then unbuilt=$((unbuilt + 1)) && continue; fi
    else
      [ -d "$work/taken/$fault" ] || echo "$fault" >>"$work/open"
    fi
    echo "$fault" >>"$work/chosen"
    left=$((left - 1))
  done <"$work/order"
}

touch "$work/results"
grep "^${only//\//%}" "$work/places" | sort -t $'\t' -k 2,2R --random-source=<(yes "$seed") | cut -f 1 >"$work/order"
rm -rf "$work/taken" && mkdir "$work/taken"
# Once more, for others in the place of those that turned out not to build.
while choose && [ -s "$work/open" ]; do
  for ((job = 1; job <= jobs; job++)); do work_on "$job" & done
  wait
done
for kind in memory pids; do
  rmdir "/sys/fs/cgroup/$kind/mutate-gate-$tag"/cage* "/sys/fs/cgroup/$kind/mutate-gate-$tag"
done 2>/dev/null

awk -F '\t' -v unbuilt="$unbuilt" 'NR == FNR { chosen[$1] = 1; next }
  $1 in chosen { outcome[$1] = $2; seconds[$1] = $4 }
  END {
    for (fault in outcome) {
      kind = outcome[fault]
      sub(/^build\/(sanitized\/)?tests\/.*/, "unit", kind); sub(/^scripts\/.*/, "scripts", kind); sub(/^build\//, "", kind)
      n[kind]++; total++; spent += seconds[fault]
    }
    judged = total - n["equivalent"] - n["broken"] - n["open"]; noticed = judged - n["none"]
    printf "%d faults: %d noticed by the self-audit, %d by unit tests, %d by script tests, %d by verify; %d by none\n",
      judged, n["self-audit"], n["unit"], n["scripts"], n["verify"], n["none"]
    printf "%d more are equivalent, %d could not be tried, %d are open; %.1f s for each; %d in their order do not build\n", n["equivalent"],
      n["broken"], n["open"], spent / (total ? total : 1), unbuilt
    if (judged) {
      # Wilson'"'"'s interval.
      share = noticed / judged; z = 1.96; d = 1 + z * z / judged
      middle = (share + z * z / (2 * judged)) / d; half = z * sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged)) / d
      printf "%.1f %% were noticed (of all faults that could be made: %.1f to %.1f %%, 95 times in 100)\n", 100 * share,
        100 * (middle - half), 100 * (middle + half)
    }
    exit !judged || n["broken"] || n["open"] || noticed * 100 < judged * 95
  }' "$work/chosen" "$work/results"
# SPDX-License-Identifier: MIT

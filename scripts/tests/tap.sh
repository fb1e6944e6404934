# Test Anything Protocol for shell tests. A test file sources this, calls run and then the expect_* checks, and ends
# with done_testing. Everything happens in a temporary folder, which is gone at the end.
#
# shellcheck shell=bash disable=SC2034 # root, build and status are for the test

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
build=${BUILD:-build}
[ "${build#/}" != "$build" ] || build=$root/$build
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

tests=0
failures=0

# report PASSED NAME [DETAIL...]
report() {
  tests=$((tests + 1))
  if [ "$1" = yes ]; then
    printf 'ok %d - %s\n' "$tests" "$2"
    return
  fi
  failures=$((failures + 1))
  printf 'not ok %d - %s\n' "$tests" "$2"
  shift 2
  printf '%s\n' "$@" | head -n 40 | sed 's/^/# /'
}

# run COMMAND...: keeps what it wrote in the files out and err, and its exit status in $status.
run() {
  "$@" >"$folder/out" 2>"$folder/err" </dev/null
  status=$?
}

# expect_status NAME WANTED
expect_status() {
  local passed=no
  [ "$status" -ne "$2" ] || passed=yes
  report "$passed" "$1" "exit status $status, wanted $2" "stderr: $(cat "$folder/err")" "stdout: $(cat -v "$folder/out")"
}

# expect_bytes NAME WANTED FILE: FILE holds exactly the bytes that printf makes of the format WANTED.
expect_bytes() {
  local passed=no
  # shellcheck disable=SC2059 # WANTED is a format
  printf -- "$2" >"$folder/wanted"
  ! cmp -s "$folder/wanted" "$3" || passed=yes
  report "$passed" "$1" "$(cmp "$folder/wanted" "$3" 2>&1)" "wanted: $(cat -v "$folder/wanted")" "got: $(cat -v "$3")"
}

# expect_text NAME TEXT FILE: FILE holds TEXT somewhere.
expect_text() {
  local passed=no
  ! grep -qF -e "$2" "$3" || passed=yes
  report "$passed" "$1" "wanted somewhere: $2" "got: $(cat -v "$3")"
}

# expect_no_text NAME TEXT FILE
expect_no_text() {
  local passed=yes
  ! grep -qF -e "$2" "$3" || passed=no
  report "$passed" "$1" "wanted nowhere: $2" "got: $(cat -v "$3")"
}

# wait_until COMMAND...: asks COMMAND again and again until it succeeds. Five minutes are for what never comes.
wait_until() {
  local end=$((SECONDS + 300))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    read -rt 0.02 <> <(:)
  done
  return 0
}

# skip NAME REASON
skip() {
  tests=$((tests + 1))
  printf 'ok %d - %s # SKIP %s\n' "$tests" "$1" "$2"
}

# bytes HEX...: those bytes.
bytes() {
  local byte
  # shellcheck disable=SC2048 # words are wanted
  for byte in $*; do
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\x$byte"
  done
}

# path_with NAME...: makes the folder `bin` hold those commands and no others, for a PATH that lacks the rest.
path_with() {
  local name
  rm -rf "${folder:?}/bin"
  mkdir "$folder/bin"
  for name; do ln -s "$(command -v "$name")" "$folder/bin/$name"; done
}

# stand_in NAME SCRIPT: puts a command of that name into `bin`.
stand_in() {
  rm -f "$folder/bin/$1"
  printf '#!/usr/bin/env bash\n%s\n' "$2" >"$folder/bin/$1"
  chmod +x "$folder/bin/$1"
}

done_testing() {
  printf '1..%d\n' "$tests"
  [ "$failures" -eq 0 ]
}
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# Runs the targets of the Makefile that .ci/run leaves out, so that none rots: the slow ones for a short time, and those
# that write into the sources, which must find nothing to change there.
#
# usage: ci/every-target.sh
set -eu
cd "$(dirname "$0")/.."
unset BUILD MAKEFLAGS MAKELEVEL

run() {
  printf '\n== make %s\n' "$*"
  make "$@" </dev/null
}

run setup
run setup-bench
run help
run all
run prove
for machine in x64 arm64; do
  printf '\n== scripts/limit.sh %s\n' "$machine"
  scripts/limit.sh "$machine"
done
run setup-hosts
run prove-hosts
run setup-kernel
run verify-kernel
printf '\n== scripts/system-calls.sh\n'
scripts/system-calls.sh
run lint
run format
run sums
git diff --exit-code || {
  echo 'every-target.sh: make format or make sums changed a file; commit what they change' >&2
  exit 1
}
run compile_commands.json
run coverage
run mutate MUTATE_SECONDS=20
run simulate SIMULATE_SEEDS=20
run setup-mutate-gate
run mutate-gate MUTATE_COUNT=20
run setup-campaign
run prove-campaign
run bench-campaign
run install DESTDIR="$PWD/build/installed"
run install-bytelay DESTDIR="$PWD/build/emitter"
run uninstall DESTDIR="$PWD/build/installed"
run setup-gallery
run gallery
run setup-deb
run deb
ci/package.sh
printf '\n== ci/container.sh\n'
scripts/setup.sh scripts/packages-container.txt
ci/container.sh || [ $? = 4 ] # it is told where this cannot be
run fuzz FUZZ_SECONDS=20
run bench-server
run bench
run bench-server
run check SANITIZE=1
run clean
# SPDX-License-Identifier: MIT

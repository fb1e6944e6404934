#!/usr/bin/env bash
# Nothing that a program started outlives the gate, also where that is killed in a way that it cannot notice: in a cell,
# where a process namespace ends with it, and without one, where its guard finds by their group what stayed in it (4), and
# by their home what left it (1, 2).
# reads: scripts/tests/tap.sh gate:verify
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
export TMPDIR=$folder/tmp
mkdir tmp
# Seconds that nobody else sleeps.
long=$((1000000 + $$))

# await COMMAND...: until it succeeds, at most 20 seconds. Each look takes a moment of its own.
await() {
  local end=$((SECONDS + 20))
  until "$@"; do [ "$SECONDS" -lt "$end" ] || return 1; done
}
# comes NAME COMMAND...: whether it does so in time
comes() {
  if await "${@:2}"; then report yes "$1"; else report no "$1" "$(pgrep -af "^sleep $long")" "$(ls -lR tmp)"; fi
}
runs() { pgrep -f "^[/a-z]*sleep $long$1\$" >/dev/null; }
gone() { ! pgrep -f "^[/a-z]*sleep $long" >/dev/null; }
empty() { [ -z "$(ls -A tmp)" ]; }

printf '%s\n' '[program p]' 'elf = /bin/sh' 'runner = native' 'deadline = 1000' \
  "arguments = -c \"setsid sh -c 'sleep ${long}1 & exec sleep ${long}2' & (cd / && exec env -i /bin/sleep ${long}4) & exec sleep ${long}3\"" \
  'oracle = command' 'oracle-command = true' '[cases c]' 'source = nothing' >suite.ini
for confine in default off; do
  for signal in KILL TERM; do
    "$gate" verify --no-self-audit --confine=$confine --suite suite.ini >out 2>err &
    pid=$!
    for number in 1 2 3 4; do comes "--confine=$confine: process $number runs" runs $number; done
    kill -$signal $pid
    wait $pid 2>err
    comes "--confine=$confine: after SIG$signal none of them runs" gone
    comes '... and the folder of the run is gone' empty
  done
done
# Only what a broken gate has left.
for pid in $(pgrep -f "^[/a-z]*sleep $long"); do kill -KILL "$pid"; done

done_testing
# SPDX-License-Identifier: MIT

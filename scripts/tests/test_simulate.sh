#!/usr/bin/env bash
# bytegate simulate: the servers of both machines do nothing wrong in a few histories, and a seed makes the same history
# each time, to the byte.
# reads: scripts/tests/tap.sh scripts/machines.sh gate:simulate elf
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

# simulate MACHINE OPTION...: the server of that machine.
simulate() {
  local machine=$1
  shift
  "$build/bytegate" simulate "$build/elf/markdown-server_$machine" "$@"
}

while read -r machine; do
  run simulate "$machine" --seed 1 --seeds 2
  expect_status "$machine: two histories, and nothing is wrong" 0
  expect_text "$machine: every one has ended" '2 histories' out
  simulate "$machine" --seed 2 --trace >first
  simulate "$machine" --seed 2 --trace >second
  run cmp first second
  expect_status "$machine: a seed makes the same history, to the byte" 0
  expect_text "$machine: steps are told" 'epoll_pwait(' first
done < <(machine_names)

run simulate x64 --seed 1 --keep 1,2 --json
expect_status 'two items of a plan alone' 0
expect_text 'two clients, beside the first and the last one' '"clients": 4' out
run simulate x64 --seed 1 --keep 100000
expect_status 'an item that the plan does not have' 2
run "$build/bytegate" simulate "$build/elf/hello_x64"
expect_status 'a program that is no server' 1
expect_text '... which is told' 'prints: "Hello, World!' out
run "$build/bytegate" simulate /etc/passwd
expect_status 'a file that is no program' 2

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# Proves every operation of generators/isa/machine.h, for all inputs, on every machine. Before that it looks whether all
# of them have a model, holds the meanings of the instructions to the machines, and plants a fault into each template:
# a prover that refutes none of them proves nothing.
#
# usage: prove.sh BUILD [STEP [ROUNDS]]    each STEPth case of each operation (1: all); ROUNDS states for each encoder
#
# Exit: 0 all is proved, 1 something is not, 2 usage, 3 a tool is missing.
set -u
cd "$(dirname "$0")/.." || exit 3
[ $# -ge 1 ] || {
  echo "usage: ${0##*/} BUILD [STEP [ROUNDS]]" >&2
  exit 2
}
# shellcheck source=scripts/machines.sh
source scripts/machines.sh
build=$1 step=${2:-1} rounds=${3:-300}
prove=$build/prove

# executor NAME: how to run the program that executes instructions of that machine on this host.
executor() {
  local runner
  runner=$(machine_runner "$1")
  machine_of "$1"
  printf '%s' "${runner:+$runner $machine_emulate }$build/execute-$1"
}

# encoders HEADER TYPE PREFIX: the functions of a header that return an instruction, as the compiler sees them.
encoders() {
  gcc -E -P -I. -Igenerators "$1" | grep -oE "$2 $3[a-z0-9_]+\(" | sed -E "s/.* $3//; s/\($//" | sort -u
}

# complete NAME: whether each encoder of that machine is executed by `prove hold`, or left out by name.
complete() {
  local missing header
  machine_of "$1"
  header=generators/isa/$machine_isa.h
  missing=$(comm -23 <(encoders "$header" "$machine_word" "${machine_isa}_") \
    <("$prove" encoders "$machine_isa" | sort -u))
  [ -z "$missing" ] || {
    printf '%s: no meaning is held to the machine: %s\n' "$header" "${missing//$'\n'/ }"
    return 1
  }
}

echo "== What has a model, a fault, a meaning"
"$prove" complete || exit
executors=()
for machine in $(machine_names); do
  complete "$machine" || exit
  executors+=("$(executor "$machine")")
done
echo "== Meanings held to the machines"
"$prove" hold "${executors[@]}" "$rounds" || exit
echo "== Planted faults"
"$prove" faults || exit
echo "== Operations"
"$prove" operations "$step"
# SPDX-License-Identifier: MIT

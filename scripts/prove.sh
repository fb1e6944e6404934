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
build=$1 step=${2:-1} rounds=${3:-300}
prove=$build/prove

# executor ARCH MACHINE QEMU...: how to run the program that executes instructions of ARCH on this host.
executor() {
  if [ "$(uname -m)" = "$2" ]; then printf '%s' "$build/execute-$1"; else printf '%s' "${*:3} $build/execute-$1"; fi
}

# encoders HEADER TYPE PREFIX: the functions of a header that return an instruction, as the compiler sees them.
encoders() {
  gcc -E -P -I. -Igenerators "$1" | grep -oE "$2 $3[a-z0-9_]+\(" | sed -E "s/.* $3//; s/\($//" | sort -u
}

# complete ARCH HEADER TYPE PREFIX: whether each encoder is executed by `prove hold`, or left out by name.
complete() {
  local missing
  missing=$(comm -23 <(encoders "$2" "$3" "$4") <("$prove" encoders "$1" | sort -u))
  [ -z "$missing" ] || {
    printf '%s: no meaning is held to the machine: %s\n' "$2" "${missing//$'\n'/ }"
    return 1
  }
}

echo "== What has a model, a fault, a meaning"
"$prove" complete && complete x64 generators/isa/x64.h LayCode x64_ && complete a64 generators/isa/a64.h uint32_t a64_ || exit
echo "== Meanings held to the machines"
"$prove" hold "$(executor x64 x86_64 qemu-x86_64-static)" \
  "$(executor arm64 aarch64 qemu-aarch64-static -cpu cortex-a57)" "$rounds" || exit
echo "== Planted faults"
"$prove" faults || exit
echo "== Operations"
"$prove" operations "$step"

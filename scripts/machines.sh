# shellcheck shell=bash
# The machines that programs are laid for, as the scripts and the Makefile need them: the one list of them in shell. To
# source. `bytegate machines` knows more machines, which only run; test_machines.sh holds this list to it.
#
# NAME    our name, which ends the names of programs
# UNAME   what `uname -m` says; also qemu's name, and the first word of GNU's triple
# DEBIAN  Debian's name of the architecture
# SYSTEM  Debian's package of the whole machine's emulator
# ISA     the name of its header of encoders, and their prefix
# WORD    the type of what its encoders return
# EMULATE further options of qemu-user for the prover
machine_rows='
x64    x86_64   amd64  qemu-system-x86  x64  LayCode   -
arm64  aarch64  arm64  qemu-system-arm  a64  uint32_t  -cpu cortex-a57
'

# machine_names: the names, one a line, in the order of generators/isa/machines.h.
machine_names() {
  local name rest
  while read -r name rest; do
    [ -z "$name" ] || printf '%s\n' "$name"
  done <<<"$machine_rows"
}

# machine_of NAME: sets machine_uname, machine_debian, machine_system, machine_isa, machine_word, machine_emulate,
# machine_cc and machine_qemu. NAME may also be what `uname -m` or Debian says. Status 1: there is no such row.
machine_of() {
  local IFS=$' \t\n'
  # shellcheck disable=SC2034 # they are for the script that sources this
  while read -r machine_name machine_uname machine_debian machine_system machine_isa machine_word machine_emulate; do
    [ -n "$machine_name" ] || continue
    [ "$machine_emulate" != - ] || machine_emulate=
    machine_cc=$machine_uname-linux-gnu-gcc machine_qemu=qemu-$machine_uname-static
    [ "$1" != "$machine_name" ] && [ "$1" != "$machine_uname" ] && [ "$1" != "$machine_debian" ] || return 0
  done <<<"$machine_rows"
  return 1
}

# machine_here: the name of this host's machine, or what `uname -m` says where no row has it.
machine_here() {
  local machine_name host
  host=$(uname -m)
  if machine_of "$host"; then printf '%s\n' "$machine_name"; else printf '%s\n' "$host"; fi
}

# machine_foreign: the name of the first machine that is not this host's.
machine_foreign() {
  machine_names | grep -vxF "$(machine_here)" | head -n 1
}

# machine_runner NAME: what runs programs of that machine on this host: nothing, or an emulator.
machine_runner() {
  machine_of "$1" || return
  [ "$1" = "$(machine_here)" ] || printf '%s\n' "$machine_qemu"
}

# machine_compile NAME ARGUMENT...: calls the C compiler for that machine; what another machine's makes is static.
machine_compile() {
  local name=$1
  shift
  if [ "$name" = "$(machine_here)" ]; then
    cc "$@"
  else
    machine_of "$name" && "$machine_cc" -static "$@"
  fi
}
# SPDX-License-Identifier: MIT

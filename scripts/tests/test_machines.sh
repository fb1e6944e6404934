#!/usr/bin/env bash
# The table of machines: a program of each machine that qemu-user emulates runs for a row alone, 32-bit and big-endian
# ones too; a machine without a row is refused by its name and never taken for another; run-elf.sh, which stands alone,
# knows its machines by the same numbers.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/tests/programs.sh scripts generators/isa/prove gate:machines+verify elf run-elf.sh Makefile
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/tests/programs.sh
source "$root/scripts/tests/programs.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

gate=$build/bytegate

# number ORDER BYTES VALUE: VALUE as so many bytes in hex.
number() {
  local text at
  text=$(printf "%0$(($2 * 2))x" "$3")
  if [ "$1" = big ]; then
    for ((at = 0; at < $2 * 2; at += 2)); do bytes "${text:at:2}"; done
  else
    for ((at = $2 * 2 - 2; at >= 0; at -= 2)); do bytes "${text:at:2}"; done
  fi
}

# program CLASS ORDER MACHINE FLAGS CODE: an ELF with one PT_LOAD, R+X, of the whole file, whose CODE, hex, is its end.
program() {
  local word=$(($1 / 8)) base=$((0x400000)) header=52 segment=32 code size
  [ "$1" = 32 ] || { header=64 segment=56; }
  code=$(printf '%s' "$5" | tr -d ' ')
  size=$((header + segment + ${#code} / 2))
  bytes 7f 45 4c 46 "0$(($1 / 32))" "$([ "$2" = big ] && echo 02 || echo 01)" 01 00 00 00 00 00 00 00 00 00
  number "$2" 2 2
  number "$2" 2 "$3"
  number "$2" 4 1
  number "$2" "$word" $((base + header + segment))
  number "$2" "$word" "$header"
  number "$2" "$word" 0
  number "$2" 4 "$4"
  number "$2" 2 "$header"
  number "$2" 2 "$segment"
  number "$2" 2 1
  number "$2" 2 0
  number "$2" 2 0
  number "$2" 2 0
  number "$2" 4 1
  [ "$1" = 32 ] || number "$2" 4 5
  number "$2" "$word" 0
  number "$2" "$word" "$base"
  number "$2" "$word" "$base"
  number "$2" "$word" "$size"
  number "$2" "$word" "$size"
  [ "$1" = 64 ] || number "$2" 4 5
  number "$2" "$word" 4096
  for ((at = 0; at < ${#code}; at += 2)); do bytes "${code:at:2}"; done
}

# suite NAME [KEY...]: a suite of the program NAME, which is to print nothing and to exit with 42.
suite() {
  {
    printf '[program %s]\nelf = {build}/%s\nexit-status = 42\noracle = command\noracle-command = true\n' "$1" "$1"
    printf '%s\n' "${@:2}" '[cases c]' 'source = nothing'
  } >"$1.ini"
}
verify() { run "$gate" verify --no-self-audit -v --text --suite "./$1.ini" --build "$folder"; }

# exits_42 MACHINE CLASS ORDER E_MACHINE FLAGS CODE: such a program runs, and its machine is read from its header.
exits_42() {
  lay "of_$1" program "$2" "$3" "$4" "$5" "$6"
  suite "of_$1"
  verify "of_$1"
  expect_status "$1: a program runs for the row alone" 0
  expect_text "$1: its place is named" "EQUAL of_$1/c/run of_$1_$1 $1-" out
}
exits_42 riscv64 64 little 0xf3 0 '1305a002 9308d005 73000000'          # li a0,42; li a7,93; ecall
exits_42 s390x 64 big 0x16 0 'a729002a 0a01'                            # lghi %r2,42; svc 1
exits_42 mips 32 big 8 0x1000 '24020fa1 2404002a 0000000c'              # li v0,4001; li a0,42; syscall
exits_42 i386 32 little 3 0 'b801000000 bb2a000000 cd80'                # mov eax,1; mov ebx,42; int 0x80
exits_42 arm 32 little 0x28 0x5000000 '2a00a0e3 0170a0e3 000000ef'      # mov r0,#42; mov r7,#1; svc 0
exits_42 ppc64le 64 little 0x15 2 '2a006038 01000038 02000044'          # li r3,42; li r0,1; sc

# A fault in such a program is seen, too.
lay of_riscv64 program 64 little 0xf3 0 '1305b002 9308d005 73000000'
verify of_riscv64
expect_status 'riscv64: another exit status: 1' 1
expect_text 'riscv64: ... is reported' 'riscv64-qemu: exit status is 43, expected 42' out

# Machines without a row, and a class or byte order that none has.
refused() { # NAME DESCRIPTION
  suite "$1"
  verify "$1"
  expect_status "$1: 3" 3
  expect_text "$1 is refused by its name" "$folder/$1: a program for $2, a machine that bytegate knows no runner for" err
}
lay vax program 32 little 75 0 '00'
refused vax '32-bit little-endian VAX'
lay x32 program 32 little 62 0 'b83c000000 bf2a000000 0f05'
refused x32 '32-bit little-endian x86-64'
lay big_arm64 program 64 big 183 0 '00'
refused big_arm64 '64-bit big-endian arm64'
lay nobody program 64 little 0x7777 0 '00'
refused nobody '64-bit little-endian ELF of an unknown machine (e_machine 0x7777)'

# A machine that the suite names wrongly.
lay wrong program 64 little 0xf3 0 '1305a002 9308d005 73000000'
suite wrong 'arch = arm64'
verify wrong
expect_status 'another machine than arch says: 3' 3
expect_text '... names both' "it is a program for 64-bit little-endian RISC-V, and not for arm64, as 'arch = arm64' says" err
suite wrong 'arch = riscv46'
verify wrong
expect_status 'an unknown machine: 2' 2
expect_text '... names the nearest' "unknown arch 'riscv46'; did you mean 'riscv64'?" err

# The list.
run "$gate" machines host
expect_status 'machines host: 0' 0
expect_text 'it runs natively' ' native ' out
run "$gate" machines vax
expect_status 'machines of an unknown name: 2' 2
run "$gate" machines
cp out list
passed=yes known=0
while read -r name number class order qemu _; do
  command -v "qemu-$qemu-static" >/dev/null || passed="no emulator of $name"
  [ "$class $order" = "64 little" ] || continue
  lay one program 64 little "$number" 0 '00'
  chmod +x one
  arch=$(RUN_ELF_RUNNER=qemu "$root/run-elf.sh" --which ./one 2>/dev/null) || continue
  known=$((known + 1))
  [ "$arch" = "qemu-$qemu-static" ] || passed="run-elf.sh takes $name for $arch"
done <list
[ "$known" -ge 3 ] || passed="run-elf.sh knows $known machines of the list"
report "$passed" "each machine has its emulator, and run-elf.sh knows it by the same number" "$passed"

# The list of the scripts: its rows are those of the table, and nothing else in shell asks what this host is.
passed=yes rows=0
for name in $(machine_names); do
  machine_of "$name"
  rows=$((rows + 1))
  grep -qE "^$name +0x[0-9a-f]{4} 64 little $machine_uname " list || passed="the table has no $name with $machine_uname"
  [ -e "$build/elf/hello_$name" ] || passed="no program is laid for $name"
done
for program in "$build"/elf/hello_*; do
  [ "${program%.*}" = "$program" ] || continue
  machine_of "${program##*_}" || passed="scripts/machines.sh has no row for $program"
done
[ "$rows" -ge 2 ] || passed="scripts/machines.sh has $rows rows"
report "$passed" "scripts/machines.sh has the machines that programs are laid for, as the table has them" "$passed"
(cd "$root" && grep -lE 'uname -[m]' Makefile scripts/*.sh scripts/tests/*.sh) >asking
expect_bytes 'scripts/machines.sh alone asks which machine this host is' 'scripts/machines.sh\n' asking

# The prover knows each machine by its row.
(cd "$root" && grep -lE 'ISA_(X64|A64)' generators/isa/prove/*.[ch]) >choosing
expect_bytes 'the prover names a machine in its table alone' 'generators/isa/prove/provers.c\n' choosing
done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# A program that never began is never equal, whatever exit status what stands before it ends with.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/machines.sh gate:verify elf
source "$(dirname "$0")/tap.sh"
# shellcheck source=scripts/machines.sh
source "$root/scripts/machines.sh"

gate=$build/bytegate
[ "$(machine_here)" = x64 ] || { echo '1..0 # SKIP its programs are for x86-64'; exit; }

# verify_file RUNNER LINE...: runs the file `program` of this folder, which prints nothing, with these lines in its suite.
verify_file() {
  printf '%s\n' '[program p]' 'elf = program' 'arch = x64' "runner = $1" "${@:2}" 'oracle = command' \
    'oracle-command = true' '[cases c]' 'source = nothing' >suite.ini
  run "$gate" verify --no-self-audit --text --suite suite.ini
}

cp "$build/elf/tiny-exit-both_x64" program
for runner in native qemu; do
  verify_file "$runner" 'exit-status = 42'
  expect_status "a program that begins and prints nothing ($runner): 0" 0
  verify_file "$runner" 'refuse = write-stdout EIO' 'exit-status = 42'
  expect_status "... with a wrapper before it ($runner): 0" 0
done

head -c 60 "$build/elf/tiny-exit-both_x64" >program
for runner in native qemu; do
  for status in 1 125 126 127 255; do
    verify_file "$runner" "exit-status = $status"
    expect_status "half of its header, exit status $status expected ($runner): 1" 1
    expect_text '... is refused' 'REFUSED suite/c/run' out
    verify_file "$runner" 'refuse = write-stdout EIO' "exit-status = $status"
    expect_status "... with a wrapper before it ($runner): 1" 1
    expect_text '... is refused' 'REFUSED suite/c/run' out
  done
done

# A header that the kernel accepts, and a segment that it cannot map once the old program is gone: it tells by a signal.
cp "$build/elf/tiny-exit-both_x64" program
at=$(od -An -t u8 -j 32 -N 8 program)
printf '\377\377\377\377\377\377\377\177' | dd of=program bs=1 seek=$((at + 16)) conv=notrunc status=none
verify_file native 'signal = SIGSEGV'
expect_status 'killed by the kernel before its first instruction: 1' 1
expect_text '... is refused' 'REFUSED suite/c/run' out

done_testing
# SPDX-License-Identifier: MIT

#!/usr/bin/env bash
# The system calls of 32-bit machines: names and numbers are those of the kernel's headers, and reports name them. A
# number of i386 is another call on x86-64: 4 writes here, and asks about a file there.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh harness/helpers/plugin/calls_32.h gate:verify
source "$(dirname "$0")/tap.sh"

table=$root/harness/helpers/plugin/calls_32.h
# rows MACHINE: lines "NAME NUMBER" of its table.
rows() { sed -n "/calls_$1\\[\\]/,/^};/p" "$table" | sed -nE 's/^ *\{"([a-z0-9_]+)", ([0-9]+), -1, [0-6], CALL_[A-Z]+\},$/\1 \2/p'; }
# headed FOLDER HEADER: the same of the kernel's headers; those that are newer than the tables are no matter of them.
headed() {
  cc -E -dM -I "$1" -include "$1/$2" -x c /dev/null | sed -nE 's/^#define __NR_([a-z0-9_]+) (.*)/\1 \2/p' |
    sed 's/[()]//g; s/__NR_SYSCALL_BASE[ +]*//' | awk '$2 ~ /^[0-9]+$/ && $2 <= 450 && $1 !~ /^sync_file_range2$|^syscalls$/'
}
for pair in "i386 /usr/i686-linux-gnu/include asm/unistd_32.h" "arm /usr/arm-linux-gnueabihf/include asm/unistd.h"; do
  read -r machine include header <<<"$pair"
  rows "$machine" | awk '$2 <= 450' | sort >found
  headed "$include" "$header" | sort >wanted
  run test "$(wc -l <wanted)" -gt 380
  expect_status "the headers of $machine are read" 0
  run diff wanted found
  expect_status "names and numbers of $machine are those of the kernel's headers" 0
done

# header32 MACHINE CODE: an ELF file of that e_machine, in hexadecimal, that is loaded at 0x10000 as a whole.
header32() {
  local size
  size=$(printf '%08x' $((84 + ${#2} / 2)) | sed -E 's/(..)(..)(..)(..)/\4\3\2\1/')
  printf '%s%s%s%s%s%s%s%s' 7f454c460101010000000000000000000200 \
    "$1" 0100000054000100340000000000000000000005340020000100000000000000 \
    0100000000000000 0000010000000100 "$size$size" 0500000000100000 "$2"
}
# program NAME MACHINE CODE
program() {
  header32 "$2" "$3" | sed 's/ //g' | xxd -r -p >"$1"
  chmod +x "$1"
  printf '[program p]\nelf = %s\noracle = command\noracle-command = printf A\ndeadline = 2\n[cases c]\nsource = nothing\n' "$1" >"$1.ini"
  run "$build/bytegate" verify --no-self-audit --text --suite "$1.ini"
}
program pause 0300 b81d000000cd80ebf7
expect_text 'a call that waits is named, with its arguments' 'in pause() at 0x10059' out
program write 0300 b804000000bb01000000b900000100ba02000000cd80b80100000031dbcd80
expect_text 'what is written there is told as not followed' 'the program called write at 0x10068' out
program arm 2800 1d70a0e3000000effcffffea
expect_text 'those of arm have names of their own' 'in pause() at 0x10058' out
done_testing
# SPDX-License-Identifier: MIT

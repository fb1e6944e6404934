#!/usr/bin/env bash
# The system calls of machines with numbers of their own: names and numbers are those of the kernel's headers, reports
# name them, and blame follows what they do with memory. A number of i386 is another call on x86-64: 4 writes here, and
# asks about a file there.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/calls-others.sh harness/helpers/plugin/calls.h harness/helpers/plugin/calls_others.h harness/base/machine.h gate:verify
source "$(dirname "$0")/tap.sh"

table=$root/harness/helpers/plugin/calls_others.h
# The columns of the table, each with its header and what that wants to be told.
columns=$("$root/scripts/calls-others.sh" --machines)
run sed -n 's|^ */\* \(i386 .*\) \*/$|\1|p' "$table"
expect_bytes 'the table has these columns' 'i386 arm ppc64 ppc s390x mips mips64 m68k sh4 sparc64 hppa\n' out
cut -d ' ' -f 1 <<<"$columns" | paste -sd ' ' >out
expect_bytes 'they are those of the script that makes it' 'i386 arm ppc64 ppc s390x mips mips64 m68k sh4 sparc64 hppa\n' out
# rows COLUMN: lines "NAME NUMBER" of one machine, as the compiler reads the table.
cat >rows.c <<'END'
#include "harness/helpers/plugin/calls.h"
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  /* The private numbers of arm begin at 0xf0000. */
  for (int i = 0; argc > 1 && i < 0xf0010; i = i == 6000 ? 0xf0000 : i + 1) {
    const struct call *call = call_of(CALLS_I386 + atoi(argv[1]), i);
    if (call)
      printf("%s %d\n", call->name, i);
  }
  return 0;
}
END
run cc -I "$root" -o rows rows.c
expect_status 'the table is read by the compiler' 0
# headed HEADER OPTION...: the same of the kernel's headers, by the compiler's own arithmetic. Those that are newer than
# the tables are no matter of them.
headed() {
  local names
  names=$(cc -E -dM -I "${1%/asm/*}" "${@:2}" -include "$1" -x c /dev/null | sed -nE 's/^#define (__NR_|__ARM_NR_)([a-z_][a-z0-9_]*) .*/\1 \2/p' |
    grep -vE ' (sync_file_range2|syscalls)$|Linux')
  { printf '#include <stdio.h>\n#include "%s"\nint main(void) {\n' "$1"
    awk '{ printf "printf(\"%%s %%d\\n\", \"%s\", (int)(%s%s));\n", $2, $1, $2 }' <<<"$names"
    printf 'return 0; }\n'; } >headed.c
  # The headers of another machine, and the C library of this one.
  cc -idirafter "${1%/asm/*}" "${@:2}" -o headed headed.c && ./headed
}
column=0
while read -r machine header options; do
  ./rows $column | sort >found
  # shellcheck disable=SC2086 # options are words
  headed "$header" $options | sort >wanted
  run test "$(wc -l <wanted)" -gt 340
  expect_status "the headers of $machine are read" 0
  run diff found wanted
  expect_status "names and numbers of $machine are those of the kernel's headers" 0
  column=$((column + 1))
done <<<"$columns"

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
# push 'B'; write(1, esp, 1); exit(0)
program write 0300 6a42b804000000bb0100000089e1ba01000000cd80b80100000031dbcd80
expect_text 'what a 32-bit program writes is followed to its store' "stdout byte 0, 0x42 'B', stored by 0x10054" out
# The same by writev, whose vector has words of 32 bits: push 'B'; mov eax, esp; push 1; push eax; writev(1, esp, 1)
program writev 0300 6a4289e06a015089e1b892000000bb01000000ba01000000cd80b80100000031dbcd80
expect_text '... by a vector too' "stdout byte 0, 0x42 'B', stored by 0x10054" out
program arm 2800 1d70a0e3000000effcffffea
expect_text 'those of arm have names of their own' 'in pause() at 0x10058' out
done_testing
# SPDX-License-Identifier: MIT

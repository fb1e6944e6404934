#!/usr/bin/env bash
# bytegate check: nothing is found in our programs but the code that nothing reaches, of which a list is kept, and a
# byte that is changed for the worse is found without running anything.
# reads: scripts/tests/tap.sh gate:check elf fixtures/unreached-code
# shellcheck source=scripts/tests/tap.sh
source "$(dirname "$0")/tap.sh"

# found NAME: the findings in a program, without addresses: NAME KIND ROUTINE.
found() {
  "$build/bytegate" check "$build/elf/$1" | awk -v name="$1" '/^[A-Z]+ / { sub(/\+.*/, "", $2); print name, $1, $2 }'
}

# All programs; of those whose header no library reads, by their map.
for program in "$build"/elf/*_x64 "$build"/elf/*_arm64 "$build"/elf/*.o; do
  name=${program##*/}
  found "$name"
done | sort -u >found-now
sed '/^#/d; /^$/d' "$root/fixtures/unreached-code" | sort -u >listed
run cmp listed found-now
expect_status 'what is found is what fixtures/unreached-code lists' 0
diff listed found-now | sed 's/^/# /'

# What no path leads to is counted to the byte: after a system call that ends the program, and at the end of the code.
run "$build/bytegate" check "$build/elf/nolibc-hello_x64"
expect_status 'code that nothing reaches is a finding' 1
expect_text '... of its bytes in the middle' 'no path leads to 8 bytes of code' out
expect_text '... and at the end' 'no path leads to 2 bytes of code' out
expect_text '... each once' ', 2 findings' out

# plant NAME BYTES CHANGED: the first instruction of a program that the map shows with BYTES (a pattern) becomes CHANGED.
plant() {
  cp "$build/elf/$1" planted
  cp "$build/elf/$1.sym" planted.sym
  awk -F '\t' -v bytes="^($2)\$" '
    NR == 2 { print $1 }
    NR > 2 && ($3 == "code" || $3 == "data") && $2 ~ bytes { print $1; exit }' "$build/elf/$1.map" >addresses
  {
    read -r first
    read -r place
  } <addresses
  printf '%b' "$(printf '%s' "$3" | sed 's/../\\x&/g')" |
    dd of=planted bs=1 seek=$((0x$place - 0x$first)) conv=notrunc status=none
  run "$build/bytegate" check planted
}

# caught WHAT KIND: the fault that was planted last is found.
caught() {
  expect_status "$1: it is found" 1
  expect_text "$1: as $2" "$2 " "$folder/out"
}

plant ls_x64 53 90
caught 'a push is left out' STACK
plant ls_x64 5b 90
caught 'a pop is left out' STACK
plant ls_x64 c3 90
caught 'a return is left out' NEXT
plant ls_x64 4889c7 4889cf
caught 'the result of a system call is taken from rcx' KERNEL
plant ls_x64 'e8......00' e801000000
caught 'a call leads elsewhere' TARGET
plant ls_x64 '75..' 7501
expect_status 'a branch leads elsewhere: it is found' 1
plant ls_arm64 fe4fbfa9 1f2003d5
caught 'x30 is not saved' STACK
plant ls_arm64 'c0035fd6' 1f2003d5
caught 'a return of arm64 is left out' NEXT

printf 'no ELF' >text
run "$build/bytegate" check text
expect_status 'what is no ELF file is refused' 2

# Without symbols: all from the entry on is one routine.
cp "$build/elf/hello_x64" bare
run "$build/bytegate" check bare
expect_status 'a program without symbols is checked' 0
expect_text '... and that is said' 'in 1 routines, 0 findings; it has no symbols' out
run "$build/bytegate" check "$build/elf/hello_x64"
expect_no_text 'one with symbols is not told so' 'no symbols' out
# The system call that ends the program becomes two nops: a path runs on into the text.
printf '\x90\x90' | dd of=bare bs=1 seek=152 conv=notrunc status=none
run "$build/bytegate" check bare
expect_status 'a path that runs out of the code is found without symbols' 1
expect_text '... as CODE' 'CODE entry' out

cp "$build/elf/hello_x64" bare
cp "$build/elf/hello_x64.sym" bare.sym
printf '\x90\x90' | dd of=bare bs=1 seek=152 conv=notrunc status=none
run "$build/bytegate" check bare
expect_status 'a path that runs on into data is found' 1
expect_text '... by the name of the data' 'runs on into data: message+0' out

# The smallest programs, whose code lies in their headers: a jump or a call elsewhere is found in each of them.
while read -r name bytes changed; do
  cp "$build/elf/$name.map" planted.map
  plant "$name" "$bytes" "$changed"
  expect_status "$name, with a jump or a system call changed: it is found" 1
done <<'END'
tiny-exit-native_x64 ebbb ebbc
tiny-exit-qemu_x64 5f 5c
tiny-hello-native_x64 ebb4 ebb5
tiny-hello-qemu_x64 eb25 eb24
tiny-quine-native_x64 ebf3 ebf5
tiny-quine-qemu_x64 eb10 eb0f
tiny-exit-qemu_arm64 0f000014 0e000014
END
rm planted.map

# With its map a program is refused for each byte that is not as it was laid, whatever it does: here a return before a
# label, after which the stack and all registers are as after it, and a byte of the data.
cp "$build/elf/ls_arm64.map" planted.map
plant ls_arm64 c0035fd6 1f2003d5
caught 'a return is left out of what has a map' MAP
expect_text '... with what the map has there' 'holds 1f 20 03 d5, and by the map generators/' "$folder/out"
plant ls_arm64 2e00 2f00
caught 'a byte of the data is another' MAP
rm planted.map

# Both machines agree: a routine that is written once declares the same, and does the same, on each. What is laid by hand
# is written for each machine, and is not compared.
agree() {
  local name=$1 folder=$2
  for machine in x64 arm64; do
    {
      sed -n 's/^# contract\t//p' "$folder/${name}_$machine.map" | cut -f 1-2
      "$build/bytegate" check --infer "$folder/${name}_$machine" | sed 's/^[^ ]* routine/routine/'
    } | sort >"contracts-$machine"
  done
  grep -q 'routine(' contracts-x64 && cmp contracts-x64 contracts-arm64
}
for program in "$build"/elf/*_arm64; do
  name=${program##*/} name=${name%_arm64}
  case $name in hex0 | nolibc-* | tiny-*) continue ;; esac
  [ -f "$build/elf/${name}_x64" ] || continue
  run agree "$name" "$build/elf"
  expect_status "$name: both machines agree on each of its contracts" 0
done
mkdir both
cp "$build"/elf/ls_{x64,arm64}{,.map,.sym} both
sed -i '0,/^# contract/s/^\(# contract\t[a-z_]*\t\)\(.*\)/\1\2; may_destroy A5/' both/ls_arm64.map
run agree ls both
expect_status 'a contract that differs on one machine is found' 1
cp "$build"/elf/ls_arm64.map both
address=$(awk -F '\t' 'NR == 2 { first = $1 } $2 == "f30300aa" { print first, $1; exit }' both/ls_arm64.map)
printf '\x1f\x20\x03\xd5' | dd of=both/ls_arm64 bs=1 seek=$((0x${address#* } - 0x${address% *})) conv=notrunc status=none
run agree ls both
expect_status 'a routine that does something else on one machine is found' 1

# What others made, which has no map: a compiler's program, linked and as an object, and the first code of each program.
cat >other.c <<'END'
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int count(int n) { return n < 2 ? n : count(n - 1) + count(n - 2); }
static void fail(const char *why) {
  puts(why);
  exit(3);
}
int (*chosen)(int) = count;
int main(int argc, char **argv) {
  char *copy = alloca(strlen(argv[0]) + 1);
  strcpy(copy, argv[0]);
  switch (argc) {
  case 0: fail("none"); break;
  case 1: puts("one"); break;
  case 2: return count(argc);
  case 3: return chosen(argc);
  case 4: puts(copy); break;
  case 5: abort();
  case 6: return 7;
  case 7: putchar('7'); break;
  }
  return puts(copy) < 0;
}
END
for options in -O2 -O0 '-O2 -fno-pie -no-pie' '-O2 -c' '-Os -fcf-protection=full'; do
  # shellcheck disable=SC2086 # the options are words
  gcc $options -fstack-protector-all -o other other.c
  run "$build/bytegate" check other
  expect_status "a compiler's program ($options): nothing is found" 0
done
run "$build/bytegate" check "$(gcc -print-file-name=crt1.o)"
expect_status 'the first code of each C program: nothing is found' 0
expect_no_text '... and it is followed to its end' 'UNREACHED' out

done_testing
# SPDX-License-Identifier: MIT

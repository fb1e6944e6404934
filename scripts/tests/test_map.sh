#!/usr/bin/env bash
# bytegate map: with the source map that it makes, coverage, covers and mutate work on a program of anybody's compiler.
# shellcheck disable=SC2016 # quoted remedies
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:map+coverage+covers+explain+mutate+bisect
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
export TMPDIR=$folder/tmp
mkdir tmp
cat >p.c <<'C'
#include <stdio.h>
int main(int argc, char **argv) {
  if (argc > 9)
    return argv[9][0];
  puts("hello");
  return 0;
}
C
# Programs of musl: starting them, and all of their routines, takes a tenth of the steps of those of glibc.
musl-gcc -g -O0 -static -no-pie -o p p.c
cc -g -O0 -static -no-pie -o large p.c
printf '[program p]\nelf = p\nrunner = native\noracle = command\noracle-command = echo hello\n[cases c]\nsource = nothing\n' >p.ini

run "$gate" map p
expect_text 'the map has routines and lines' "	code	main	$folder/p.c:5" out
run "$gate" map large
expect_text 'and so has that of a large program' "	code	main	$folder/p.c:5" out
run "$gate" coverage --suite ./p.ini
expect_text 'coverage names what is never executed' "p.c:4: main+0x" out
expect_no_text '... and nothing else of main' "p.c:5: main+0x" out
run "$gate" covers p.c:5 --suite ./p.ini
expect_text 'covers names the case' "p/c/run" out
run "$gate" covers p.c:4 --suite ./p.ini
expect_no_text '... of what is executed alone' "p/c/run" out
run "$gate" mutate main --suite ./p.ini --seconds 20
expect_text 'mutate changes the routine' ' % killed' out

# What an interpreter loads anywhere, natively and under qemu. Natively each instruction of the interpreter is a step:
# there it is that of musl.
for runner in qemu native; do
  if [ $runner = native ]; then compiler=musl-gcc; else compiler=cc; fi
  $compiler -g -O0 -fPIE -pie -o moved p.c
  printf '[program moved]\nelf = moved\nrunner = %s\noracle = command\noracle-command = echo hello\n[cases c]\nsource = nothing\n' $runner >moved.ini
  run "$gate" coverage --suite ./moved.ini --fresh
  expect_text "$runner: coverage of a program that is loaded anywhere" "p.c:4: main+0x" out
  expect_no_text "$runner: ... names nothing else of main" "p.c:5: main+0x" out
  run "$gate" covers p.c:5 --suite ./moved.ini
  expect_text "$runner: covers names the case" "moved/c/run" out
done
run "$gate" mutate main --suite ./moved.ini --seconds 20
expect_text 'mutate changes its routine' ' % killed' out

# Two builds, of which one is wrong.
sed 's/argc > 9/argc > 0/; s/return argv.*/return 0;/' p.c >wrong.c
musl-gcc -g -O0 -fPIE -pie -o wrong wrong.c
sed 's/moved/wrong/' moved.ini >wrong.ini
run "$gate" bisect --elf moved wrong c/run --suite ./wrong.ini
expect_text 'bisect --elf takes symbols alone' 'BISECT wrong/c/run ' out
expect_text '... and names the routine' 'routine main  ' out
# A program that its suite skips for the case is not the one that is bisected.
sed -e 's/program wrong/program skipping/' -e 's/^runner.*/&\nskip = c\/*: not for it/' -e '/cases/,$d' wrong.ini >twice.ini
cat wrong.ini >>twice.ini
run "$gate" bisect --elf moved wrong c/run --suite ./twice.ini
expect_text 'bisect --elf goes by what the suite skips' 'BISECT twice/c/run wrong_' out

# A table or a room of another size cannot be put in the place of the other; both sizes are told.
cat >sized.c <<'C'
#include <unistd.h>
const char table[TABLE] = "hello\n";
char room[ROOM];
int main(void) {
  for (unsigned i = 0; i < 6 && i < sizeof room; i++)
    room[i] = table[i];
  return write(1, room, 6) != 6;
}
C
musl-gcc -g -O0 -fPIE -pie -DTABLE=64 -DROOM=64 -o sized_good sized.c
sed 's/elf = moved/elf = sized/' moved.ini >sized.ini
for sizes in '64 4:room: a room of 64 bytes, and of 4 in ' '4 64:table: a table of 64 bytes, and of 4 in '; do
  read -r table room <<<"${sizes%%:*}"
  musl-gcc -g -O0 -fPIE -pie -w -DTABLE="$table" -DROOM="$room" -o sized sized.c
  run "$gate" bisect --elf sized_good sized c/run --suite ./sized.ini
  expect_text "bisect --elf tells sizes: ${sizes#*:}" "cannot be replaced: ${sizes#*:}" out
done
strip -o bald moved
run "$gate" bisect --elf bald wrong c/run --suite ./wrong.ini
expect_status '... of a stripped build it says what is missing' 2
expect_text '... and how to get it' 'it has no symbols with sizes (was it stripped?), and no ' err

# Names of a stripped program from what knows them.
for lister in 'nm moved' 'nm -S moved' 'objdump -d moved' 'objdump -dl moved'; do
  $lister >table
  run "$gate" map bald --from table
  expect_status "--from: $lister" 0
  expect_text "... names the routine" '	code	main	' out
done
expect_text 'a listing with lines has those' "	code	main	$folder/p.c:5" out
"$gate" explain bald >listing
# Two instructions in a line are two, each with its own bytes.
"$gate" map bald --from listing | awk '$3 == "code" { print $1, $2 }' >apart
awk '{ code = /^[0-9a-f ]+# [0-9a-f]+  [0-9a-f]+  [a-z]/; sub(/#.*/, ""); printf "%s%s", (NR > 1 && !(code && was) ? "\n" : ""), $0
  was = code && !was } END { print "" }' listing >pairs
run test "$(wc -l <pairs)" -lt "$(wc -l <listing)"
expect_status 'instructions of a listing stand in pairs' 0
"$gate" map bald --from pairs | awk '$3 == "code" { print $1, $2 }' >together
run test -s apart -a "$(diff apart together)" = ""
expect_status '... and each has the bytes that are its own' 0
run "$gate" map bald --from listing
expect_text 'a listing as hex0 has it: each instruction with its line' '	code	-	listing:' out
run "$gate" map p --from table
expect_status 'the listing of another program: 3' 3
expect_text '... is refused' 'it is the listing of another build' err
run "$gate" map p --from p.c
expect_status 'what is no listing: 3' 3
expect_text '... is refused as such' 'it is neither a table of nm, nor a listing' err
strip -o bare p
run "$gate" map bare
expect_status 'without symbols the sections are the routines' 0
expect_text '... and are named' '	code	.text	' out
run "$gate" map p.c
expect_status 'what is no ELF file: 2' 2
run bash -c 'head -c 64 p >head; "$0" map head' "$gate"
expect_status 'an ELF file without code: 3' 3
expect_text '... is said' 'no code is found in it' err

done_testing
# SPDX-License-Identifier: MIT

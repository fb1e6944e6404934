#!/usr/bin/env bash
# bytegate map: with the source map that it makes, coverage, covers and mutate work on a program of anybody's compiler.
# shellcheck disable=SC2016 # quoted remedies
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate
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
cc -g -O0 -static -no-pie -o p p.c
printf '[program p]\nelf = p\nrunner = native\noracle = command\noracle-command = echo hello\n[cases c]\nsource = nothing\n' >p.ini

run "$gate" coverage --suite ./p.ini
expect_status 'a program without a map: 3' 3
expect_text '... and how to make one' "p.map: No such file or directory (a program is measured by its source map" err
command=$(sed -n 's/.*`bytegate map \([^`]*\)`.*/\1/p' err)
sh -c "\"\$0\" map $command" "$gate"
expect_text 'the map has routines and lines' "	code	main	$folder/p.c:5" p.map
run "$gate" coverage --suite ./p.ini
expect_text 'coverage names what is never executed' "p.c:4: main+0x" out
expect_no_text '... and nothing else of main' "p.c:5: main+0x" out
run "$gate" covers p.c:5 --suite ./p.ini
expect_text 'covers names the case' "p/c/run" out
run "$gate" covers p.c:4 --suite ./p.ini
expect_no_text '... of what is executed alone' "p/c/run" out
run "$gate" mutate main --suite ./p.ini --seconds 20
expect_text 'mutate changes the routine' ' % killed' out
cc -O0 -o moved p.c
run "$gate" map moved
expect_text 'a program that is loaded anywhere: a note' 'is loaded at another address each time' err
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

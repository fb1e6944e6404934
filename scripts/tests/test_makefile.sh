#!/usr/bin/env bash
# The Makefile, over a small tree of its own: sources are found by wildcard, programs are laid again when they must be,
# the bytes laid do not depend on where the checkout stands, and several goals run in order.
# shellcheck disable=SC2016 # scripts that expand later
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh Makefile .clang-format .clang-tidy scripts .ci ci
source "$(dirname "$0")/tap.sh"
unset BUILD MAKEFLAGS MAKELEVEL SANITIZE

mkdir -p tree/{generators/{lay/tests,programs},oracles,harness/tests,scripts}
cd tree || exit 1
cp "$root/Makefile" "$root/.clang-format" "$root/.clang-tidy" .
cp "$root"/scripts/{run-tests,test-inputs,lay-again,package-versions}.sh "$root"/scripts/packages{,-check}.txt scripts/
printf '#!/bin/sh\necho setup "$@" >>calls\ntest ! -e setup-fails\n' >scripts/setup.sh
chmod +x scripts/setup.sh
cat >generators/lay/lay.h <<'C'
#define LAID 1
C
cat >generators/lay/lay.c <<'C'
#include "lay/lay.h"
int laid(void);
int laid(void) { return LAID; }
C
cat >generators/programs/hello.c <<'C'
#include <stdio.h>
int laid(void);
int main(int argc, char **argv) {
  char path[4096];
  snprintf(path, sizeof path, "%s/hello_x64", argc > 1 ? argv[1] : "");
  FILE *file = fopen(path, "w");
  if (!file)
    return 1;
  fprintf(file, "%s %d\n", __FILE__, laid());
  return fclose(file) != 0;
}
C
cat >generators/lay/tests/test_lay.c <<'C'
int laid(void);
int twice(int);
int main(void) { return twice(laid()) == 2 ? 0 : 1; }
C
cat >generators/lay/tests/support.c <<'C'
int twice(int);
int twice(int x) { return 2 * x; }
C
cat >oracles/oracle.c <<'C'
int oracle(void);
int oracle(void) { return 42; }
C
cat >harness/main.c <<'C'
#include <stdio.h>
int oracle(void);
int main(void) {
  FILE *calls = fopen("calls", "a");
  if (!calls)
    return 1;
  fprintf(calls, "verify %d\n", oracle());
  return fclose(calls) != 0;
}
C
cat >harness/tests/test_oracle.c <<'C'
int oracle(void);
int main(void) { return oracle() == 42 ? 0 : 1; }
C

for only in '#ifdef plain' '#ifndef sanitized'; do
  printf '/* once: %s; it fails */\nint main(void) {\n%s __SANITIZE_ADDRESS__\n  return 1;\n#else\n  return 0;\n#endif\n}\n' \
    "${only#* }" "${only% *}" >"harness/tests/test_${only#* }.c"
done

run make
expect_status 'make builds' 0
expect_bytes 'a program is laid, and names its source relative to the tree' 'generators/programs/hello.c 1\n' \
  build/elf/hello_x64
run make
expect_bytes 'nothing is done twice' '' "$folder/out"
rm build/elf/hello_x64
run make
expect_bytes 'a program that is gone is laid again' 'generators/programs/hello.c 1\n' build/elf/hello_x64
printf '#define LAID 3\n' >generators/lay/lay.h
touch -d '1 minute' generators/lay/lay.h
run make
expect_bytes 'a changed header is laid again' 'generators/programs/hello.c 3\n' build/elf/hello_x64
printf '#define LAID 1\n' >generators/lay/lay.h
touch -d '2 minutes' generators/lay/lay.h

run make "BUILD=$folder/elsewhere" elf
run cmp "$folder/elsewhere/elf/hello_x64" <(echo 'generators/programs/hello.c 1')
expect_status 'BUILD=DIR builds there, the same bytes' 0

run make setup verify
expect_status 'make setup verify' 0
expect_bytes 'goals run in the order given' 'setup\nverify 42\nverify 42\n' calls
: >calls
touch setup-fails
run make setup verify
expect_status 'a goal that fails' 2
expect_bytes '... stops those after it' 'setup\n' calls
rm setup-fails
# What only the tests need is set up wherever another goal than these stands beside setup, and where none does.
for goals in setup 'setup check' 'setup check verify' 'setup verify check'; do
  : >calls
  # shellcheck disable=SC2086 # goals are words
  run make -n $goals
  expect_text "make $goals: with the packages of the tests" 'scripts/setup.sh scripts/packages-check.txt' "$folder/out"
done
for goals in 'setup verify' 'setup all' 'setup install'; do
  # shellcheck disable=SC2086 # as above
  run make -n $goals
  expect_no_text "make $goals: without the packages of the tests" packages-check "$folder/out"
done

touch generators/lay/lay.h # it was of the future
run make
printf X | dd of=build/elf/hello_x64 bs=1 seek=11 conv=notrunc status=none
run make verify
expect_status 'make verify: a byte of a program that no case reaches' 2
expect_text '... is named' 'DIVERGED hello_x64: byte 11 is 0x58, laid as 0x70' "$folder/out"
rm build/elf/hello_x64
: >calls

run make check
expect_status 'make check passes' 0
tail -n 1 "$folder/out" >last
expect_bytes 'make check ends with its counts: two tests, one of them sanitized too, two that run once, four linters, and the programs laid alike' '10 passed, 0 failed\n' last
printf '#!/bin/sh\necho $(pwd)\n' >scripts/loose.sh
mkdir scripts/tests
printf '#!/bin/sh\necho "not ok 1 - x"; echo 1..1; exit 1\n' >scripts/tests/test_x.sh
chmod +x scripts/tests/test_x.sh
sed -i 's/== 42/==  42/' harness/tests/test_oracle.c
cat >>oracles/oracle.c <<'C'
int nowhere(void);
int nowhere(void) {
  int *p = 0;
  return *p;
}
C
run make check
expect_status 'make check fails' 2
tail -n 1 "$folder/out" >last
expect_bytes 'a test, the layout, clang-tidy, cppcheck and shellcheck are each found' '6 passed, 5 failed\n' last
run make format
run make check-format
expect_status 'make format mends the layout' 0

run make help
for target in all setup verify setup-kernel verify-kernel check lint sums format compile_commands.json clean help; do
  expect_text "make help lists $target" "  $target " "$folder/out"
done
# Every target that is listed is run by CI.
while read -r target _; do
  sed -n "s/.*\(make\|run\)\( [a-z]*\)* $target\( .*\|$\)/runs $target/p" "$root/.ci/run" "$root/ci/every-target.sh" >runs
  expect_text "CI runs make $target" "runs $target" runs
done < <(sed '1d; /^$/,$d' "$folder/out")
for variable in SANITIZE V SECONDS DESTDIR $(sed -n 's/^\([A-Z_]*\) ?= .*/\1/p' "$root/Makefile"); do
  expect_text "make help says what $variable is for" "$variable" "$folder/out"
done
awk '/^  / && (substr($0, 3, 22) !~ /^[A-Za-z0-9_.=-]+ *$/ || substr($0, 25, 2) !~ /^ [^ ]/)' "$folder/out" >bent
expect_bytes 'make help keeps its two columns' '' bent

# How clang reads each source: an entry for each, whose command compiles it.
run make compile_commands.json
expect_status 'make compile_commands.json' 0
sed -n 's/.*"file": "\([^"]*\)".*/\1/p' compile_commands.json | sort >entries
find generators harness oracles -name '*.c' | sort >sources
run cmp sources entries
expect_status '... has an entry for each source' 0
sed -n 's/.*"command": "\(.*\)"},\{0,1\}$/\1 -fsyntax-only/p' compile_commands.json | sed 's/\\\(.\)/\1/g' >commands
run sh -e commands
expect_status '... whose command compiles it' 0
run make clean
run test -e build
expect_status 'make clean leaves nothing' 1
mkdir -p build/commands build/elf
printf 'an emulator' >build/commands/qemu-x86_64
run make clean
run find build
expect_bytes 'make clean leaves what setup unpacked' 'build\nbuild/commands\nbuild/commands/qemu-x86_64\n' "$folder/out"
run make BUILD=build clean all
expect_status 'make clean all builds again' 0
run test -x build/bytegate
expect_status '... the gate too' 0

done_testing
# SPDX-License-Identifier: MIT

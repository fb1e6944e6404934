#!/usr/bin/env bash
# scripts/check-symbols.sh: a second definition of a symbol is seen, within one library and across two.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/check-symbols.sh
. "$(dirname "$0")/tap.sh"

# library NAME MEMBER=SOURCE...
library() {
  local name=$1 member
  shift
  for member; do
    printf '%s\n' "${member#*=}" >"${member%%=*}.c"
    gcc -c "${member%%=*}.c"
  done
  rm -f "$name"
  ar rcs "$name" "${@/%=*/.o}"
}

library one.a 'a=int put(void) { return 1; }' 'b=static int step; int get(void) { return step++; }' \
  'c=static int step; int take(void) { return step++; }'
run "$root/scripts/check-symbols.sh" one.a
expect_status 'each symbol once, and static ones of one name: 0' 0
expect_text '... counted' '3 symbols, each defined once' out

library two.a 'd=int put(void) { return 2; }' 'e=int other(void) { return 3; }' 'f=__attribute__((weak)) int get(void) { return 4; }'
run "$root/scripts/check-symbols.sh" two.a
expect_status 'the second library alone: 0' 0
run "$root/scripts/check-symbols.sh" one.a two.a
expect_status 'both together define one twice: 1' 1
expect_bytes '... which is named, with its members; a weak one is meant to be replaced' \
  'put is defined 2 times: one.a[a.o] two.a[d.o]; rename all but one, or make them static\n' out

library three.a 'g=int put(void) { return 1; }' 'h=int put; int last(void) { return put; }'
run "$root/scripts/check-symbols.sh" three.a
expect_status 'a function and an object of one name, in one library: 1' 1

run "$root/scripts/check-symbols.sh" nowhere.a
expect_status 'a library that is not there: 3' 3
run "$root/scripts/check-symbols.sh"
expect_status 'no library: 2' 2

done_testing
# SPDX-License-Identifier: MIT

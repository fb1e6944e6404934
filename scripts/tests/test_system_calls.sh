#!/usr/bin/env bash
# The table of system calls has each name that the kernel's headers have, with its number on each machine, and no other.
# A headers' name that is newer than the table is no matter of it. The arities are held to the kernel's own prototypes by
# scripts/system-calls.sh, which fetches them.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/system-calls.sh generators/isa/system_calls.h
source "$(dirname "$0")/tap.sh"

table=$root/generators/isa/system_calls.h
header=asm/unistd_64.h
[ -e /usr/x86_64-linux-gnu/include/$header ] && header=/usr/x86_64-linux-gnu/include/$header

# headed OPTION...: lines "NAME NUMBER" of a header.
headed() {
  cc -E -dM "$@" -x c /dev/null | awk '$2 ~ /^__NR/ && $2 !~ /syscalls$|arch_specific/ { value[$2] = $3 }
    END { for (name in value) if (name ~ /^__NR_/) { number = value[name]
      while (number in value) number = value[number]
      print substr(name, 6), number } }'
}
headed -include "$header" >x64.all
headed -D__ARCH_WANT_RENAMEAT -D__ARCH_WANT_NEW_STAT -D__ARCH_WANT_SET_GET_RLIMIT -D__ARCH_WANT_SYS_CLONE3 \
  -D__ARCH_WANT_MEMFD_SECRET -include asm-generic/unistd.h >arm64.all
sed -nE 's/^  CALL\(([A-Z0-9_]+), ([a-z0-9_]+), ([0-6]), ([0-9]+), (-1|[0-9]+)\).*/\1 \2 \3 \4 \5/p' "$table" >rows
run test "$(wc -l <rows)" -eq "$(grep -c '^  CALL' "$table")" -a "$(wc -l <rows)" -ge 340
expect_status 'each row is one' 0
run awk 'toupper($2) != $1' rows
expect_bytes 'both names of a row are the same' '' out
newest=$(awk '$4 > most { most = $4 } END { print most }' rows)
awk '/^\/\* Names that/ { on = 1; next } on { gsub(/[*.\/]/, ""); for (i = 1; i <= NF; i++) print $i } on && /\*\/$/ { exit }' \
  "$table" | grep -v '^$' >gone
column=4
for machine in x64 arm64; do
  awk -v newest="$newest" 'FNR == NR { gone[$1] = 1; next } $2 <= newest && !($1 in gone)' gone "$machine.all" | sort >wanted
  awk -v column="$column" '$column >= 0 { print $2, $column }' rows | sort >found
  run diff wanted found
  expect_status "names and numbers of $machine are those of the kernel's headers" 0
  column=5
done

run "$root/scripts/system-calls.sh" -x
expect_status 'no such option: 2' 2
run "$root/scripts/system-calls.sh" "$folder"
expect_status 'a folder without headers of the kernel: 3' 3
expect_text '... is named' 'has no linux-headers' err

done_testing
# SPDX-License-Identifier: MIT

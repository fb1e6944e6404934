#!/usr/bin/env bash
# The ledgers of mutants that survived: each entry speaks of a mutant that there is, today. Takes seconds, since nothing is
# run. An entry that does not is planted in three ways, and told. Reasons come from a prover, and go with it.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh gate:ledger+mutate elf generators fixtures/ledger fixtures/mutants-reasons
source "$(dirname "$0")/tap.sh"

gate=$build/bytegate
cd "$root" || exit 1
run "$gate" ledger
expect_status 'each entry names a mutant that exists' 0
expect_text 'of the programs that were measured' 'ls_x64 ' "$folder/out"
expect_no_text 'and none is void' ' void, for' "$folder/out"
expect_no_text 'each reason speaks of mutants that exist' 'speaks of no mutant' "$folder/out"

# A copy of one program with its ledger.
cd "$folder" || exit 1
mkdir -p fixtures/ledger b/elf
copy() {
  cp "$build"/elf/ls_x64 "$build"/elf/ls_x64.map "$build"/elf/ls_x64.sym b/elf/
  cp "$root"/fixtures/ledger/ls_x64.jsonl fixtures/ledger/
}
copy
run "$gate" ledger --build b
expect_status 'a copy holds as well' 0

# A reason of which there is no mutant any more, between two that there are.
{
  echo '*_x64 | begins_escaped | register | * | one'
  echo 'ls_x64 | begins_escaped | set-bit | * | two'
  echo 'ls_x64 | begins_* | no-op | * | three'
} >fixtures/mutants-reasons
run "$gate" ledger --build b
expect_status 'a reason of nothing: 1' 1
expect_text 'a reason of nothing: is named' '  fixtures/mutants-reasons:2: speaks of no mutant of any program' "$folder/out"
expect_no_text 'a reason of nothing: not one for several programs' 'mutants-reasons:1:' "$folder/out"
expect_no_text 'a reason of nothing: not one by a pattern' 'mutants-reasons:3:' "$folder/out"
run "$gate" ledger --build b ls_x64
expect_status 'a reason of nothing: nothing is said of the list where one program is asked for' 0
rm fixtures/mutants-reasons

# xor ecx, ecx becomes xor edx, ecx, in the routine of an entry that speaks of such an operation.
entry=$(awk -F'\t' '$3 == "code" && $2 == "31c9" { print $1, $4 }' b/elf/ls_x64.map | while read -r address routine; do
  ! grep -q "\"routine\": \"$routine\"" fixtures/ledger/ls_x64.jsonl || echo "$address $routine"
done | grep -m 1 begins_escaped)
address=${entry% *}
routine=${entry#* }
sed -i "s/^\($address\t\)31c9/\131ca/" b/elf/ls_x64.map
printf '\312' | dd of=b/elf/ls_x64 bs=1 seek=$((0x$address - 0x400000 + 1)) conv=notrunc 2>/dev/null
run "$gate" ledger --build b
expect_status 'an instruction changed: 1' 1
expect_text 'an instruction changed: its entry is void' ": void, for what stands around it has changed: $routine: " "$folder/out"
expect_text 'an instruction changed: the remedy' 'bytegate mutate --program ls_x64 --unexplained --ledger' "$folder/err"

copy
sed -i '5s/"around": "[0-9a-f]*"/"around": "0123456789abcdef"/' fixtures/ledger/ls_x64.jsonl
run "$gate" ledger --build b
expect_status 'an entry about nothing: 1' 1
expect_text 'an entry about nothing: is named' 'fixtures/ledger/ls_x64.jsonl:5: void' "$folder/out"

copy
twice=$(sed -n 7p fixtures/ledger/ls_x64.jsonl)
echo "$twice" >>fixtures/ledger/ls_x64.jsonl
run "$gate" ledger --build b
expect_status 'two entries about one mutant: 1' 1

copy
echo '{"routine": "main"}' >>fixtures/ledger/ls_x64.jsonl
run "$gate" ledger --build b
expect_status 'no entry: 3' 3
expect_text 'no entry: the line' ': this is no entry of a ledger' "$folder/err"
run "$gate" ledger no-such-program
expect_status 'no ledger: 2' 2
expect_text 'no ledger: nothing is proven' 'nothing is proven' "$folder/err"

# A prover of our own beside the gate: what it says becomes the reason, as long as it says it.
mkdir bin
cp "$gate" bin/bytegate
prover() { printf '#!/bin/sh\n%s\n' "$1" >bin/prove && chmod +x bin/prove; }
copy
sed -i -n '/"routine": "begins_escaped"/p' fixtures/ledger/ls_x64.jsonl
cp fixtures/ledger/ls_x64.jsonl before
run bin/bytegate ledger --prove --build b
expect_status 'no prover: 0' 0
expect_text 'no prover: is told' 'stays as it is: ' "$folder/out"
run cmp before fixtures/ledger/ls_x64.jsonl
expect_status 'no prover: the ledger stays' 0
prover "sed 's/.*/same/'"
run bin/bytegate ledger --prove --build b
expect_status 'proved: 0' 0
all=$(grep -c . before)
expect_text 'proved: all of them' "$all mutants survived, $all of them proved, 0 without" "$folder/out"
expect_text 'proved: the reason' '"proved": true, "reason": "z3: ' fixtures/ledger/ls_x64.jsonl
prover "sed 's/.*/unknown why/'"
run bin/bytegate ledger --prove --build b
expect_no_text 'proved no more: the reason goes' 'z3: ' fixtures/ledger/ls_x64.jsonl
cp fixtures/ledger/ls_x64.jsonl before
for fault in 'echo no such thing >&2; exit 1' 'head -n 1' 'echo same' 'kill -9 $$'; do
  prover "$fault"
  run bin/bytegate ledger --prove --build b
  expect_text "a prover that answers not all ($fault): is told" 'stays as it is: ' "$folder/out"
  run cmp before fixtures/ledger/ls_x64.jsonl
  expect_status "a prover that answers not all ($fault): the ledger stays" 0
done

copy
rm b/elf/ls_x64*
run "$gate" ledger --build b
expect_status 'no program: 3' 3

done_testing
# SPDX-License-Identifier: MIT

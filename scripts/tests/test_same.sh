#!/usr/bin/env bash
# `prove same`: which instructions may stand in place of another one, so that a program does the same. Each way in which
# a difference can matter has a question that must not be answered with yes, and one beside it that may.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh build/prove elf
source "$(dirname "$0")/tap.sh"

prove=$build/prove

# begin_map FILE MACHINE: the ELF header and the one segment of a program of 4096 bytes at 0x400000. MACHINE is 3e (x86-64)
# or b7 (arm64).
begin_map() {
  map=$1
  at=$((0x400078))
  {
    printf '# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n'
    printf '0000000000400000\t7f454c460201010000000000000000000200%s0001000000' "$2"
    printf '78004000000000004000000000000000000000000000000000000000400038000100000000000000'
    printf '0100000005000000000000000000000000004000000000000000400000000000'
    printf '001000000000000000100000000000000010000000000000\thead\t-\tx:0\n'
  } >"$map"
}

# lay ROUTINE BYTES...: instructions, one a word.
lay() {
  local routine=$1 bytes
  shift
  for bytes; do
    printf '%016x\t%s\tcode\t%s\tx:1\n' "$at" "$bytes" "$routine" >>"$map"
    at=$((at + ${#bytes} / 2))
  done
}

# contract ROUTINE CLAUSES
contract() { printf '# contract\t%s\t%s\tx:1\n' "$1" "$2" >>"$map"; }

# ask NAME ANSWER ROUTINE NTH BYTES: of the NTH instruction of ROUTINE, counted from 1.
ask() {
  local address answer
  address=$(awk -F'\t' -v routine="$3" -v nth="$4" '$4 == routine && ++n == nth { print $1 }' "$map")
  answer=$(printf '%s %s\n' "$address" "$5" | "$prove" same "$map" 2>&1)
  local passed=no
  [ "${answer%% *}" != "$2" ] || passed=yes
  report "$passed" "$1: $2" "answer: $answer"
}

begin_map x64.map 3e
# movzx eax, byte [rdi]; cmp rax, 10; je; mov rcx, rsi; mov ecx, eax; mov rdi, rcx; ret
lay widths 0fb607 4883f80a 7403 4889f1 89c1 4889cf c3
contract widths 'in A0 A1; out A0; destroys T0 T1'
# mov eax, 5; xor ecx, ecx; inc ecx; cmp ecx, esi; jne to inc; xor eax, eax; mov edi, ecx; mov rcx, rsi; ret
lay loop b805000000 31c9 ffc1 39f1 75fa 31c0 89cf 4889f1 c3
contract loop 'in A1; out A0; destroys T0 T1'
# movzx eax, byte [rdi+1]; movzx eax, byte [rdi+2]; mov [rsi], al; mov eax, ecx; ret
lay memory 0fb64701 0fb64702 8806 89c8 c3
contract memory 'in A0 A1; destroys T0'
# mov rdi, rsi; mov rdx, rsi; call callee; lea rdx, [rsi+1]; ret; callee: mov eax, edi; ret
lay calls 4889f7 4889f2 e805000000 488d5601 c3
lay callee 89f8 c3
contract calls 'in A1; out A2; destroys A0 T0'
contract callee 'in A0; destroys T0'
# cmp eax, eax; jne; mov rbx, rsi; mov rbx, rdi; mov eax, 60; xor edi, edi; xor esi, esi; syscall
lay ends 39c0 7503 4889f3 4889fb b83c000000 31ff 31f6 0f05
contract ends 'in A0 A1 T0; no_return'
# mov [rsi], al; jmp to the next; ret
lay stores 8806 eb00 c3
contract stores 'in A1 T0'
# mov rcx, rsi; jmp four times; mov rdi, rcx; ret
lay far 4889f1 eb00 eb00 eb00 eb00 4889cf c3
contract far 'in A1; out A0; destroys T1'
# cmp rax, 10; jmp; je over a nop; ret
lay flags 4883f80a eb00 7401 90 c3
contract flags 'in T0'

ask 'a comparison of 32 bits where the others are 0' same widths 2 4083f80a
ask 'a comparison with another number' unknown widths 2 4883f80b
ask 'what is overwritten before the next branch' same widths 4 909090
ask 'what is returned' unknown widths 6 909090
ask 'another register is changed, which the caller has' unknown widths 4 4889f3
ask 'the other condition' unknown widths 3 7503
ask 'a return is left out' unknown widths 7 90
ask 'what lives through a loop and is then overwritten' dead loop 1 9090909090
ask 'what lives through a loop, which reads it' unknown loop 2 9090
ask 'a branch back is left out' unknown loop 5 9090
ask 'what the contract destroys' dead loop 8 909090
ask 'a load that nobody needs is left out' same memory 1 90909090
ask 'a load that nobody needs, from elsewhere' unknown memory 1 0fb64703
ask 'the same load, once more' unknown memory 2 0fb64701
ask 'a store is left out' unknown memory 3 9090
ask 'a store is left out, before a jump' unknown stores 1 9090
ask 'what is read far away' unknown far 1 909090
ask 'flags that are asked about after a jump' unknown flags 1 4883f80b
ask 'what the callee reads' unknown calls 1 909090
ask 'what the callee does not read, and is overwritten after it' dead calls 2 909090
ask 'a call is left out' unknown calls 3 9090909090
ask 'what is returned after a call' unknown calls 4 90909090
ask 'a branch that is never taken' same ends 2 9090
ask 'the other condition of one that is never taken' unknown ends 2 7403
ask 'what the kernel does not read at an exit' same ends 7 9090
ask 'what the kernel reads at an exit' unknown ends 6 9090
ask 'a number of another system call' unknown ends 5 b83d000000
ask 'another length' unknown ends 1 90

begin_map a64.map b7
# mov x10, x1, and on into the next routine
lay before ea0301aa
contract before 'in A0 A1; out A0; destroys T0 T1'
# ldrb w9, [x0]; subs xzr, x9, #10; b.eq to the last but one; mov x10, x1; mov x10, x9; mov x0, x10; ret
lay routine 09004039 3f2900f1 60000054 ea0301aa ea0309aa e0030aaa c0035fd6
contract routine 'in A0 A1; out A0; destroys T0 T1'
ask 'the difference goes to a register that nobody reads' dead routine 2 2b2900f1
ask 'the difference goes to where it returns to' unknown routine 2 3e2900f1
ask 'the difference goes to one that is read' unknown routine 2 292900f1
ask 'what the next routine does not read' dead before 1 1f2003d5
ask 'where the next routine returns to' unknown before 1 fe0301aa
ask 'a copy is overwritten' same routine 4 1f2003d5
ask 'a copy that is returned' unknown routine 6 1f2003d5
ask 'a return by another register' unknown routine 7 80035fd6
# Of a segment whose file ends before its code.
sed 's/0010000000000000001000000000000000100/7800000000000000001000000000000000100/' a64.map >short.map
map=short.map
ask 'what the file does not have' unknown routine 4 1f2003d5
map=a64.map
sed 's/010000000500000000/010000000700000000/' a64.map >written.map
run "$prove" same written.map
expect_status 'code that can be written: 1' 1
expect_text 'code that can be written: the reason' 'its code can be written' err
run "$prove" same "$build/elf/quine_x64.map"
expect_status 'a program that reads its own bytes: 1' 1
expect_text 'a program that reads its own bytes: the reason' 'takes the address of its own bytes' err
grep -v '^# contract' a64.map >bare.map
run "$prove" same bare.map
expect_text 'no contract: the reason' 'no routine of it has a contract' err

done_testing
# SPDX-License-Identifier: MIT

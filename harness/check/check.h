/* The room check/: looks at the code of an ELF file that has symbols, without running it, and says what no routine
   should do. Every path of every routine is followed over the bytes as they lie in the file:

     TARGET       a jump, a branch, a call or an entry of a jump table leads to where no instruction begins
     CODE         a path leads to bytes that are no instruction, or out of the code
     STACK        two paths come to one instruction with the stack at different heights, more is taken from it than was
                  put there, or a return is reached that is not at the height of the entry
     LINK         arm64: a return is reached while x30 is another routine's
     NEXT         a routine runs on into the next one, without a jump
     UNREACHED    no path from the entry leads to a routine, or to instructions of one
     STORE        a store goes to what is laid among the code, which cannot be written
     MAP          the file does not hold the bytes that its map says were laid
     KERNEL       x86-64: rcx or r11 is read that a system call has destroyed

   and, where the program's map declares contracts, what contracts.h names. Where its map declares none, each routine is
   held to the convention of machine.h: it comes back with S0..S5 as they were (WRITES).

   What leads on is decoded by Capstone. A call is taken to come back where some path of the callee returns. Where jumps
   and calls by a register lead, leads.h says. */
#ifndef HARNESS_CHECK_H
#define HARNESS_CHECK_H

#include "harness/base/bytes.h"

/* What was looked at. */
struct check_counts {
  size_t instructions, routines, contracts, findings;
  size_t not_followed; /* paths whose end is not known, in a program without a map */
  size_t loose;        /* contracts that say more than the truth: findings where they are asked for, else notes */
  size_t not_held;     /* routines of a program whose map declares no contract */
  bool guessed;        /* there are no symbols: all from the entry on is one routine, and nothing is UNREACHED */
};

/* Checks the ELF file PATH with its own symbols, or those of PATH.sym, or none. Appends a line for each finding to
   FOUND, or, where INFERS, the contract that each routine deserves. Returns false where that cannot be done, and WHY
   says why. */
bool check_elf(const char *path, bool infers, struct check_counts *counts, struct bytes *found, struct bytes *why);

/* How the command goes about it. */
struct check_wish {
  bool json;   /* as fixtures/schemas/check.json has it */
  bool infers; /* print the contracts that routines deserve */
  bool strict; /* a contract that is LOOSE is a finding */
};

/* The command `check`. Returns the exit status: 0 nothing was found, 1 something was, 2 no ELF file with code. */
int check_command(char *const *paths, size_t count, struct check_wish wish);

#endif

/* SPDX-License-Identifier: MIT */

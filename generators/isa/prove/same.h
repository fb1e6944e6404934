/* same.h: whether a program in which one instruction is another one still does the same, for all inputs.
 *
 * Both are executed side by side as terms, from a state that they share: the program from the places on that lead to
 * the instruction, its variant from the instruction on. Where all that differs is what the code after it overwrites
 * before it reads, or what the contracts of the routines give away, they do the same. same.c says what is relied on.
 */
#ifndef BYTEGATE_PROVE_SAME_H
#define BYTEGATE_PROVE_SAME_H

#include "isa/prove/provers.h"

/* One instruction of the program, as its map has it. */
typedef struct {
  uint64_t address, to; /* where it leads, if it branches or calls and that is known */
  unsigned size, routine;
  bool branches, always, calls, leaves; /* leaves: a return, or a jump by a register; nothing comes after it */
  unsigned sources;                     /* branches that lead here */
  size_t source;                        /* the last of them */
} Place;

/* What a routine's contract says of the registers of machine.h, a bit for each. */
typedef struct {
  char *name;
  uint64_t start, end;
  bool declared, no_return, c_function, piece;
  bool has_jumps; /* by a register: any of its instructions may come after one */
  uint32_t reads, gives, results;
} Routine;

typedef struct {
  BlIsa isa;
  Text text; /* what is loaded and cannot be written, without a gap from its beginning on */
  Place *places;
  size_t place_count;
  Routine *routines; /* by address, code alone */
  size_t routine_count;
  bool is_closed; /* the meaning of all instructions is known, so that all branches are */
} Program;

/* Read the map of a program. False: it cannot be reasoned about, and `why` says in which respect. */
bool program_read(const char *map, Program *program, char *why, size_t size);
void program_free(Program *program);

/* The instruction at `address`, or NULL; the routine that begins there, or NULL. */
Place *program_place(const Program *program, uint64_t address);
Routine *program_entry(const Program *program, uint64_t address);

/* A state of which nothing is known. */
State state_unknown(BlIsa isa, const Text *text);

typedef enum { SAME_STATE, SAME_BUT_DEAD, NOT_PROVED } Same;

/* Whether the program does the same where `bytes` stand in place of the instruction at `address`, which is as long.
 * `why`: what is not proved. */
Same same_with(const Program *program, uint64_t address, const unsigned char *bytes, unsigned count, char *why,
               size_t size);

/* The command `prove same MAP`: reads lines "ADDRESS BYTES" in hexadecimal from standard input and answers each with a
 * line: "same", "dead" (what it changes is not read) or "unknown WHY". Returns the exit status. */
int answer_same(const char *map);

#endif

/* SPDX-License-Identifier: MIT */

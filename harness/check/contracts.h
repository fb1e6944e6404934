/* Contracts of routines: which registers each reads, sets and destroys, as the map declares it, and as the bytes do it.
   Findings have these kinds:

     READS        a register is read that the contract does not name as `in`
     UNDEFINED    a register is read that a call or a system call before has destroyed
     WRITES       a routine returns with a register changed that the contract does not give away, or from a contract
                  that says `no_return`
     OUTPUT       a routine returns without a value in a register of `out`
     LOOSE        a contract gives away or asks for more than the truth: nothing goes wrong by it, so it is a note
     CONTRACT     a routine has no contract, or one that cannot be read

   A whole register that is stored at a known place of the stack is followed, and is what a load from there gives back,
   unless something may have been stored there in between: through an address of the stack that is not known any more,
   or by a callee or the kernel, which were given such an address. */
#ifndef HARNESS_CHECK_CONTRACTS_H
#define HARNESS_CHECK_CONTRACTS_H

#include "harness/check/program.h"
#include "harness/map/program_map.h"

/* A set of registers has bit i for register i of effects.h. */
struct contract {
  bool declared, no_return, c_function, piece;
  uint32_t in, out, out_if, moves, destroys, may_destroy;
  const char *file; /* where it is declared; NULL: not known */
  int line;
};

/* Proves each routine of PROGRAM that is reached, whose paths may return where `returns` says so, to keep what MAP
   declares. Appends a line for each finding to FOUND; returns how many, those that are LOOSE counted in LOOSE alone. */
size_t contracts_prove(struct program *program, const struct program_map *map, size_t *loose, struct bytes *found);

/* The same where MAP declares no contract: each routine comes back with S0..S5 as they were. */
size_t contracts_prove_convention(struct program *program, const struct program_map *map, struct bytes *found);

/* Works out the contract of each routine from the bytes alone, with the fewest registers that its callers need, and
   appends each to TEXT as its author would declare it. MAP may be NULL: then no source lines stand there. */
void contracts_infer(struct program *program, const struct program_map *map, struct bytes *text);

#endif

/* SPDX-License-Identifier: MIT */

/* Mutants: copies of a program in which one instruction or one byte of a table is wrong. A gate that does not notice
   one does not hold that instruction to anything. */
#ifndef HARNESS_MUTANTS_H
#define HARNESS_MUTANTS_H

#include "harness/base/machine.h"
#include "harness/map/program_map.h"

enum mutation {
  MUTATION_CONDITION, /* a condition is inverted */
  MUTATION_PLUS_ONE,  /* an immediate is one more */
  MUTATION_MINUS_ONE, /* or one less */
  MUTATION_FURTHER,   /* what is loaded, stored or addressed stands one place further, by its displacement */
  MUTATION_NEARER,    /* or one place nearer */
  MUTATION_REGISTER,  /* a register is its neighbour */
  MUTATION_EXCHANGE,  /* two registers have changed places */
  MUTATION_NO_OP,     /* nothing is done */
  MUTATION_SET_BIT,   /* a bit of a table's byte is 1, not 0 */
  MUTATION_CLEAR_BIT, /* a bit of a table's byte is 0, not 1 */
  MUTATIONS
};

enum { MUTANT_MOST_BYTES = 16 };

struct mutant {
  const struct map_entry *entry;
  enum mutation mutation;
  unsigned which; /* which operand of the instruction, or which byte of the entry */
  uint8_t bytes[MUTANT_MOST_BYTES];
  size_t len;
  uint64_t address; /* where BYTES belong */
};

struct mutants {
  struct mutant *items;
  size_t count;
};

/* Makes every mutant of the program whose map this is: of its tables, and, where the instructions of MACHINE have
   mutants, of its code. */
void mutants_make(const struct program_map *map, const struct machine *machine, struct mutants *mutants);
void mutants_free(struct mutants *mutants);

const char *mutation_name(enum mutation mutation);

/* "routine+0x1c:no-op", with ".N" after it where the instruction has more than one of the kind. */
void mutant_name(const struct program_map *map, const struct mutant *mutant, struct bytes *name);

/* What the instruction was, and what it has become, as text: "jne 0x40, now je 0x40". */
void mutant_describe(const struct machine *machine, const struct mutant *mutant, struct bytes *text);

/* proofs.c: why the mutant does what the program does, as far as the decoder shows it; or NULL: it does not. */
const char *mutant_proof(const struct machine *machine, const struct mutant *mutant);

/* Adds a mutant of ENTRY whose first LEN bytes are BYTES, unless it is the entry as it was, or one that is there. */
void mutants_add(struct mutants *mutants, const struct map_entry *entry, enum mutation mutation, const uint8_t *bytes);

/* mutants_x64.c, mutants_arm64.c: the mutants of one instruction. NEXT is the entry after it, or NULL. Two operands
   that change places where their order cannot matter make no mutant. */
typedef void mutator(struct mutants *mutants, const struct map_entry *entry, const struct map_entry *next);
mutator mutate_x64, mutate_arm64;

#endif

/* SPDX-License-Identifier: MIT */

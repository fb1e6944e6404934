/* What stands around a mutant, as a number: a hash of the operation that it changes and of the instructions before and
   after it in the routine, or, of a byte of a table, of the bytes around it. Positions are relative, and what lies in
   another routine or table is named and not numbered. So the hash stays while labels get other names, lines move, and
   routines elsewhere grow; and it is another as soon as what the mutant's fate hangs on has changed here. */
#ifndef HARNESS_SURROUNDINGS_H
#define HARNESS_SURROUNDINGS_H

#include "harness/mutate/mutants.h"

/* Where a mutant stands, whatever its address. */
struct mutant_place {
  uint64_t around;
  unsigned nth; /* of the mutants of one routine with the same mutation and surroundings, from 0 */
};

/* The places of all MUTANTS of the program ELF, whose map this is, in their order; the caller frees them. Where ELF.sym
   is not there, an instruction's bytes are taken as they stand. */
struct mutant_place *mutant_places(const char *elf, const struct program_map *map, const struct mutants *mutants);

/* "no-op", with ".N" after it where an instruction has more than one of the kind. */
void mutation_words(const struct mutant *mutant, struct bytes *words);

#endif

/* SPDX-License-Identifier: MIT */

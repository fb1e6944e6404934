/* The ledger of a program: fixtures/ledger/PROGRAM.jsonl, a line of JSON (fixtures/schemas/ledger-entry.json) for each
   mutant that was tried and survived. The gate writes all of it but the reason, which is a person's.

   An entry speaks of a mutant by its routine, its mutation, and a hash of what stands around it (surroundings.h).
   The text of the operation is there for readers and decides nothing. Where the surroundings have changed, no mutant
   has them any more: the entry is void, and what it said has to be measured again. No entry speaks of two mutants, and
   none of one that was not measured. */
#ifndef HARNESS_LEDGER_H
#define HARNESS_LEDGER_H

#include "harness/mutate/surroundings.h"

struct ledger_entry {
  char *routine, *operation, *mutation;
  struct mutant_place place;
  unsigned alike; /* it and how many after it by NTH are one entry: each of them was measured. At least 1 */
  char *measured; /* the day, YYYY-MM-DD, UTC */
  uint64_t cases; /* a hash of those that it survived */
  bool reached;   /* some of them reach it */
  bool proved;    /* the gate gave the reason */
  char *reason;   /* "": nobody has given one yet */
  int line;       /* in the file; 0: it does not stand there yet */
  size_t mutant;  /* the number of the first, or LEDGER_VOID */
};

#define LEDGER_VOID SIZE_MAX

struct ledger {
  char *path;
  struct ledger_entry *entries;
  size_t count;
  size_t *by_mutant; /* for each mutant: 1 + the number of its entry, or 0 */
  struct mutant_place *places;
};

/* Reads the ledger of PROGRAM in FOLDER, whose file may not be there, and finds which of MUTANTS its entries speak of;
   ELF and MAP are those of the mutants. On failure returns false, and WHY says what is wrong with which line. */
bool ledger_read(struct ledger *ledger, const char *folder, const char *program, const char *elf,
                 const struct program_map *map, const struct mutants *mutants, struct bytes *why);
void ledger_free(struct ledger *ledger);

/* The entry of the mutant NUMBER, or NULL. */
const struct ledger_entry *ledger_of(const struct ledger *ledger, size_t number);

/* The entry as its line, without the line end. */
void ledger_line(const struct ledger_entry *entry, struct bytes *line);

/* Appends a line which says that the entry is void. */
void ledger_tell_void(const struct ledger *ledger, const struct ledger_entry *entry, struct bytes *out);

#endif

/* SPDX-License-Identifier: MIT */

/* A poisoned entry: a program started natively with noise where the ABI promises nothing, or with other arguments and
   variables than usual. ptrace stops it at its first instruction, which is where the noise is put. */
#ifndef HARNESS_POISON_H
#define HARNESS_POISON_H

#include "harness/loaders/loaders.h"

enum poison {
  POISON_REGISTERS, /* all general registers but the stack pointer */
  POISON_FLAGS,     /* the arithmetic flags, all of them inverted */
  POISON_STACK,     /* 64 KiB below the stack pointer */
  POISON_ARGC,      /* no argument, not even a name; in a second run a hundred more, and a hundred variables */
  POISONS
};

/* "registers", "flags", "stack", "argc" */
const char *poison_name(enum poison poison);

/* Whether the program of ROW, file ELF with the bytes FILE, still ends and prints as the table declares for
   LOADER_NATIVE. WHY tells what it did where it does not. */
bool poison_survived(const char *elf, const struct loader_row *row, struct span file, enum poison poison,
                     struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */

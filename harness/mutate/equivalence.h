/* Asks the prover of the generators (`build/prove same`) which mutants do the same as the program, for all inputs. It
   works on the program's map, and is a command beside this one; where it was not built, nothing is proved. */
#ifndef HARNESS_EQUIVALENCE_H
#define HARNESS_EQUIVALENCE_H

#include "harness/mutate/mutants.h"

/* Asks about the mutants of code for which WANTED is true, of the program ELF. REASONS, one for each mutant, becomes
   what is proved, or NULL. Returns how many were asked about; 0 where the prover is not there or cannot reason about
   the program, with WHY. */
size_t equivalence_ask(const char *elf, const struct mutants *mutants, const bool *wanted, const char **reasons,
                       struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */

/* Starts the program of a target: its words with the document and the port in their places, and its environment. */
#ifndef HARNESS_START_H
#define HARNESS_START_H

#include "harness/process/launch.h"
#include "harness/suite/target.h"

/* What the program of TARGET may. The caller frees it with confinement_free. */
struct confinement target_confinement(const struct target *target);

/* Appends to WORDS and VARIABLES the command line and the environment of TARGET as PROCESS. PLACES stand for the
   placeholders of its arguments and its environment. OPTIONS, which may be NULL, are its emulator's. */
void target_words(const struct process *process, const struct target *target, const struct text_list *options,
                  const struct places *places, struct text_list *words, struct text_list *variables);

/* Starts TARGET as PROCESS, which is prepared, with its stdin from INPUT (-1: empty), and the rest as for target_words.
   Returns 0 or an errno value: the kernel's refusal, or that of a missing emulator (see target_check). */
int start_target(struct workspace *workspace, struct process *process, const struct target *target,
                 const struct text_list *options, const struct places *places, int input);

#endif

/* SPDX-License-Identifier: MIT */

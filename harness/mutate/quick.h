/* Runs cases on mutants without a start of the emulator for each: one emulator for each program of a suite stands
   before its first instruction and forks (harness/helpers/plugin/fork_run.c), and in the child the mutant's bytes are
   written into memory. It is for runs under qemu whose input is on stdin and whose answer is what they print. What the
   loader reads, and the program's first block, cannot be changed in this way. */
#ifndef HARNESS_QUICK_H
#define HARNESS_QUICK_H

#include "harness/coverage/coverage.h"
#include "harness/mutate/mutants.h"

struct quick;
struct result;
struct target;

/* The emulators of one worker, none of which has been started. ELF is the path of the program as it is, IMAGE its
   bytes. */
struct quick *quick_open(struct workspace *workspace, const char *elf, struct span image);
void quick_close(struct quick *quick);

/* What one run is. */
struct quick_run {
  const struct target *original; /* of the suite */
  const struct mutant *mutant;
  size_t offset;         /* of its bytes in the file */
  unsigned processor_ms; /* until SIGPROF ends it */
  double seconds;        /* until it is killed */
};

/* Whether the case of RESULT can be run in this way as RUN says, on an emulator that is then there. */
bool quick_fits(struct quick *quick, const struct quick_run *run, const struct result *result);

/* Runs the case of RESULT, for which quick_fits has said yes, and judges it. Returns false where that was not possible;
   RESULT is then as it was. */
bool quick_try(struct quick *quick, const struct quick_run *run, struct result *result);

#endif

/* SPDX-License-Identifier: MIT */

/* The room mutate/: measures how much the gate notices. It runs the cases on mutants of a program and counts how many
   of them some case fails on.

   A mutant that every case passes on survives. It is then a gap in the cases, or it does the same as the program, or no
   case can bring about a difference. The latter two are kept, with the reason, in the program's ledger (ledger.h), an
   entry for each mutant that was measured to survive. Reasons that hold for many mutants stand in a list of patterns
   beside it. A pattern excuses nothing by itself: it gives its reason to a mutant once that has survived. Both work
   both ways: an entry or a pattern that no surviving mutant needs is a mistake. What no case can reach is explained
   where the coverage explains it.

   Mutants run confined (harness/helpers/confine), natively where their suite has that and the host is their machine,
   under qemu elsewhere. */
#ifndef HARNESS_MUTATE_H
#define HARNESS_MUTATE_H

#include "harness/cli/options.h"
#include "harness/coverage/coverage.h"
#include "harness/coverage/explained.h"
#include "harness/mutate/ledger.h"
#include "harness/mutate/mutants.h"

#include <stdio.h>

enum usable { CASE_UNUSED, CASE_USABLE, CASE_FAILS };
enum fate { FATE_UNTRIED, FATE_KILLED, FATE_SURVIVED, FATE_NOT_REACHED };

/* What became of a mutant. In memory that the workers share. */
struct outcome {
  uint8_t fate;     /* enum fate */
  uint32_t one;     /* the case that killed it: its number in the coverage */
  uint32_t verdict; /* of that case */
};

struct mutation_run {
  struct coverage *coverage;
  struct mutants mutants;
  struct outcome *outcomes; /* of each mutant; shared */
  uint32_t *order;          /* in which they are tried: those of the routines that were asked for */
  size_t order_count;
  size_t left_out;          /* because they are explained: --unexplained */
  struct text_list changed; /* --since: the routines whose bytes changed */
  bool is_part;             /* --since, --shard: other mutants are left out, so that no line of a list is idle */
  bool writes_ledger;       /* --ledger: what is wrong in it is taken out */
  bool strict;              /* --since: each mutant that survives and is not explained is too many */
  struct ledger ledger;
  const char **proofs;             /* what the prover proved of each mutant, or NULL; NULL: it was not asked */
  bool asks_untried;               /* ... and of those that were not tried as well */
  struct bytes no_proofs;          /* why not */
  struct explained_list reasons;   /* by patterns, for what has survived */
  struct explained_list unreached; /* what the coverage explains */
  uint32_t *cases;                 /* those that can be used, the most specific first */
  size_t case_count;
  uint32_t *case_rank;     /* of each case of the coverage: where it stands in CASES */
  uint64_t *case_duration; /* shared: of each case of the coverage, in ns */
  uint8_t *case_usable;    /* shared: enum usable of each case of the coverage */
  unsigned failures;       /* of this process: cases that fail on the program as it is */
  uint32_t *last_killer;   /* shared: by entry of the map: 1 + the case that killed a mutant of it last, or 0 */
  uint64_t deadline;       /* now_ns, or 0 */
  unsigned jobs;
  uint64_t began; /* the command, before the coverage was measured */
  uint64_t started;
  const char *state; /* path of the file that keeps what is known */
  uint64_t saved;    /* when it was written last */
};

/* mutate_run.c: measures how the unchanged program does on each case, confined. Returns a signal or 0. */
int mutate_baseline(struct mutation_run *run);

/* Tries the mutants in their order until all are tried or the deadline has passed. Returns a signal or 0. TICK is
   called in between. */
int mutate_try(struct mutation_run *run, void (*tick)(void *run));

/* mutate_state.c: takes what earlier runs found out about the same program from the file STATE. Returns false where
   that is not there, or is of another program. */
bool mutate_load(struct mutation_run *run, const char *state);
bool mutate_save(const struct mutation_run *run, struct bytes *why);

/* The hash of all cases that a survivor was tried on. */
uint64_t mutate_cases_hash(const struct mutation_run *run);

/* What explains a survivor: one of these, or nothing. */
struct excuse {
  struct explained *pattern; /* of the list of reasons, or of what cannot be reached */
  bool unreached;            /* of the latter */
  const char *reason;        /* NULL: nothing explains it */
  bool proved;               /* the gate gave the reason */
};

/* Asks the prover about all that survived; where KILLED, about what was killed too, which it must not prove to do the
   same; where UNTRIED, about what was not tried and stands in the ledger. */
void mutate_prove(struct mutation_run *run, bool killed, bool untried);

/* mutate_ledger.c: what explains the mutant NUMBER, which survived, or, for a killed one, would. */
struct excuse mutate_explain(const struct mutation_run *run, size_t number);

/* Writes the ledger anew: the entries of what was measured, and those of what was not as they stood. Prints what it
   did to OUT. Returns false where it could not be written, with WHY. */
bool mutate_write_ledger(const struct mutation_run *run, FILE *out, struct bytes *why);

/* bytegate ledger: holds each ledger of FOLDER to the program of its name in BUILD, without running anything: does each
   entry speak of a mutant that there is? PROGRAMS are shell patterns. Returns the exit status: EXIT_DIVERGED where
   entries are void. */
int ledger_command(const char *folder, const char *build, const struct text_list *programs, bool json);

/* bytegate ledger --prove: asks the prover about each mutant in the ledgers of LEDGER_FOLDER, and writes what it proves
   as their reasons. Returns the exit status. */
int ledger_prove_command(const char *build, const struct text_list *programs);

#define LEDGER_FOLDER "fixtures/ledger"
#define MUTANT_REASONS "fixtures/mutants-reasons"

/* mutate_since.c: the names of the routines of COVERAGE's program that do not do the same as those of the same name in
   SINCE: an older build of the program, or a commit of the repository that the current folder is in, whose generator is
   then built in a temporary folder. BUILD is the folder that the program was built in. Returns false where the older
   program cannot be had or read, with WHY. */
bool mutate_changed(const char *since, const char *build, const struct coverage *coverage, struct text_list *names,
                    struct bytes *why);

/* The least share killed of the mutants that are not explained, in per cent. */
#define MUTATION_GOAL 95.0

/* mutate_report.c: whether KILLED of COUNT mutants are enough: of all that there are, MUTATION_GOAL; of a sample of
   them, as many as a sample of 95 in 100 times has where that share of all is killed. */
bool is_enough(size_t killed, size_t count, bool is_sample);

/* Prints what became of the mutants, as JSON where JSON (fixtures/schemas/mutate.json). Returns whether enough were
   killed, and ledger and patterns are right. */
bool mutate_report(const struct mutation_run *run, bool json, FILE *out);

/* When mutants are tried no more, as now_ns tells time, of a command that began at BEGAN and has SECONDS, where the
   coverage was measured at NOW: a quarter of SECONDS is left to them at least. */
uint64_t mutate_deadline(uint64_t began, uint64_t now, uint64_t seconds);

/* bytegate mutate. Returns the exit status: EXIT_DIVERGED where too few of the mutants were killed, or what
   explains the others is wrong. */
int mutate_command(const struct options *options);

#endif

/* SPDX-License-Identifier: MIT */

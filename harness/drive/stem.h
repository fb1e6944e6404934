/* Stems: emulators that stand before the first instruction of a program, and from which the runs of its cases branch
   off (harness/helpers/plugin/stem_run.c). To start qemu costs ten times as much as most of these runs.

   What a branch says is taken only where it is equal; whatever else becomes of it, its case is run in the ordinary way,
   and that verdict counts. So a case never fails by this way. That it is not equal by it either rests on what a branch
   may do: read, and write what it was given. Its arguments, environment, stdin, folder and descriptors are those of an
   ordinary start; its memory is as it was before the program began. */
#ifndef HARNESS_STEM_H
#define HARNESS_STEM_H

#include "harness/process/launch.h"
#include "harness/verdict/result.h"

struct loop;
struct places;
struct stem;

/* All stems of a run. */
struct stems {
  struct workspace *workspace;
  struct loop *loop;
  struct stem **items;
  size_t count;
  struct stem_target *targets; /* what is known of targets that were asked about */
  size_t target_count;
  unsigned most; /* at a time for one target */
  bool all;      /* whatever fits branches, and waits for a stem that is not ready yet */
};

void stems_close(struct stems *stems);

/* A stem for the case of RESULT, of whose target LEFT more are to come; PROCESS then has its folder, and its cell.
   NULL: the case does not fit, or no stem stands ready. Where it is worth it one is started then, in a cell of its own,
   for the cases after this one. */
struct stem *stem_take(struct stems *stems, const struct result *result, size_t left, struct process *process);

/* Asks STEM for a branch as PROCESS, with PLACES for the placeholders and INPUT as its stdin (-1: empty). BEGUN is
   called with USER when it is there, as PID, a child of this process; PID 0: it cannot be had. Returns 0 or an errno
   value: it was not asked. */
int stem_branch(struct stem *stem, struct process *process, const struct places *places, int input,
                void (*begun)(void *user, pid_t pid), void *user);

/* The branch is over, and its process discarded. GOOD: it was as it should be; otherwise the stem is ended, and after
   some of that its target has no other. */
void stem_give_back(struct stem *stem, bool good);

#endif

/* SPDX-License-Identifier: MIT */

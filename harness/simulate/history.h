/* One history: a program, a plan, and the first thing that it does wrong. */
#ifndef HARNESS_SIMULATE_HISTORY_H
#define HARNESS_SIMULATE_HISTORY_H

#include "harness/simulate/plan.h"

/* What came of it. */
struct outcome {
  const char *failure_kind; /* NULL: the program did nothing wrong; the same for failures that look alike; static */
  struct bytes failure;     /* step, time, and what is wrong */
  struct history_counts counts;
  uint64_t hash; /* of every system call, its result and time */
  struct unknown_call unknown[8];
  size_t unknown_count;
};

/* Runs PROGRAM through the items of PLAN that KEPT marks, one byte for each; NULL: all. TRACE: where every step is
   told, or NULL. Returns false where there is no such program, and WHY says why. The caller frees the outcome's
   text. */
bool history_run(const char *program, const struct plan *plan, const char *kept, FILE *trace, struct outcome *outcome,
                 struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */

/* Asks the commands of oracles ahead of the cases that need their answers, in processes beside this one. What was asked
   in vain becomes the verdict of its cases; what was not asked in the end is asked when it is needed (truth.h). */
#ifndef HARNESS_AHEAD_H
#define HARNESS_AHEAD_H

#include "harness/verdict/result.h"

struct ahead;
struct workspace;

/* Begins to ask what the COUNT JOBS need, in as many as MOST processes. Returns NULL where it is too little for that.
   The signals that end a run must be held back (base/interrupt.h); JOBS is borrowed. */
struct ahead *ahead_begin(struct workspace *workspace, struct result **jobs, size_t count, unsigned most);

/* The descriptors, COUNT of them, one of which is readable when answers have come, or -1 where none will come. */
const int *ahead_descriptors(const struct ahead *ahead, size_t *count);

/* Takes what has come from FD, one of them. False: it has ended, and is closed now. */
bool ahead_take(struct ahead *ahead, int fd);

/* Whether an answer that JOB needs is still to come. */
bool ahead_awaits(const struct ahead *ahead, const struct result *job);

/* Ends those that still ask, and frees all. AHEAD may be NULL. */
void ahead_end(struct ahead *ahead);

#endif

/* SPDX-License-Identifier: MIT */

/* The guard: a small process of its own that outlives the harness by a moment, to kill whatever the harness started and
   to remove its folder, should the harness die in a way that it cannot catch. */
#ifndef HARNESS_GUARD_H
#define HARNESS_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

struct guarded;

struct guard {
  pid_t pid;
  int pipe;                /* the harness's end; its closing is the signal */
  struct guarded *guarded; /* what the guard is told */
};

/* Starts the guard of the folder ROOT. Call before anything else is started. Returns 0 or an errno value. */
int guard_start(struct guard *guard, const char *root);

/* Says to the guard that the process group PGID runs, or is gone. */
void guard_tell(const struct guard *guard, pid_t pgid, bool lives);

/* In a child of the harness: the guard is not to wait for its end. */
void guard_leave(const struct guard *guard);

/* Ends the guard, which removes the folder and what still lives, and waits for it. */
void guard_stop(struct guard *guard);

#endif

/* SPDX-License-Identifier: MIT */

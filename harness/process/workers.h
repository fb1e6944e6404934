/* Work that is spread over processes: each worker drives programs on its own, in a workspace of its own, and leaves
   what it found in memory that all share. */
#ifndef HARNESS_WORKERS_H
#define HARNESS_WORKERS_H

#include <stddef.h>
#include <sys/types.h>

struct workspace;

struct workers {
  unsigned count;
  /* One worker's share. Signals that end a program are blocked; drive_jobs notices them. */
  void (*work)(void *user, unsigned index, struct workspace *workspace);
  /* Called in the parent, twice a second at least, and once more when all is done; NULL: nothing to do. */
  void (*tick)(void *user);
  void *user;
};

/* Runs the workers to their end. Returns 0, or the number of the signal that interrupted them; ends the process where a
   worker failed. */
int run_workers(const struct workers *workers);

/* Starts worker INDEX alone, beside this process, which is to wait for it: it ends with status 0 where it did not fail.
   The signals that end a program must be blocked. */
pid_t worker_start(const struct workers *workers, unsigned index);

/* Memory, all zero, that the workers share with the parent. */
void *shared_memory(size_t size);
void shared_memory_free(void *memory, size_t size);

#endif

/* SPDX-License-Identifier: MIT */

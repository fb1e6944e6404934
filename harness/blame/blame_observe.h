/* Runs a case once more under an observer, and reads what that noted. */
#ifndef HARNESS_BLAME_OBSERVE_H
#define HARNESS_BLAME_OBSERVE_H

#include "harness/helpers/plugin/observed.h"
#include "harness/verdict/result.h"

struct workspace;

/* What is to be observed. */
struct observation_options {
  bool samples;
  bool steps; /* natively, instruction by instruction: the record of a signal has the one that was executed before */
  uint64_t watches[OBSERVED_WATCHES];
  int watch_count;
  uint64_t store_pc, load_pc; /* 0: none */
  double deadline;            /* seconds; 0: that of the program, with patience */
  double start_deadline;      /* the same, until a server is ready */
};

struct observation {
  struct result result; /* what became of the case this time */
  struct bytes log;
  const struct observed **records; /* in the log */
  size_t count;
};

/* The machine whose instructions and system calls are observed: that of TARGET's ELF header, or, of a script that runs
   natively, this machine, for which its interpreter is. NULL: it is not known. */
const struct machine *observed_machine(const struct target *target);

/* Its system calls. */
enum call_numbers observed_calls(const struct target *target);

/* The bytes after a record. */
const void *observed_bytes(const struct observed *record);

/* The memory that a task has at a record: that of its own space, and of the space that it was forked from what stood
   there at the fork, and so on. */
enum { MEMORY_SPACES = 8 };
struct memory {
  struct {
    uint32_t space;
    size_t until; /* records before this one are of it */
  } parts[MEMORY_SPACES];
  size_t count;
};

/* The memory that the task of record INDEX has there; after the last record, that of the program itself. */
struct memory observed_memory(const struct observation *observation, size_t index);

/* Whether what record INDEX does is done to MEMORY. */
bool memory_holds(const struct memory *memory, const struct observation *observation, size_t index);

/* The record of TASK's beginning, or NULL: it is the program's first. */
const struct observed *task_begin(const struct observation *observation, uint32_t task);

/* The task that is the first of TASK's process. */
uint32_t task_process(const struct observation *observation, uint32_t task);

/* The path of the file that the task of record INDEX runs there; NULL: the program under test. */
const char *task_file(const struct observation *observation, size_t index);

/* Runs RESULT's case on its target again, under observation. GATE is the path of the bytegate command, which the tracer
   is a part of. Each observation of a workspace has the same path names, so that the program's stack is the same.
   Returns false, and WHY says why, where it cannot be observed; the observation is then empty. */
bool observe_case(struct workspace *workspace, const char *gate, const struct result *result,
                  const struct observation_options *options, struct observation *observation, struct bytes *why);

/* Runs RESULT's case on its target again, with WORDS, NULL at the end, before the program: an observer that writes
   files of the workspace. */
void observe_under(struct workspace *workspace, const struct result *result, const char *const *words);

/* From now on, nothing is observed after the time UNTIL_NS (0: as long as it takes). */
void observe_until(uint64_t until_ns);

void observation_free(struct observation *observation);

#endif

/* SPDX-License-Identifier: MIT */

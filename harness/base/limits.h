/* The limits that whoever started the gate has set it: getrlimit(2), `ulimit`. */
#ifndef HARNESS_LIMITS_H
#define HARNESS_LIMITS_H

#include <stdbool.h>

/* Takes as much of each limit as this process may have, where it has less than the gate needs. Returns NULL, or which
   limit is still too low, its value and the remedy, to be freed. RUNS: programs are run, JOBS side by side; else only
   what the gate itself needs counts. */
char *limits_lacking(bool runs, unsigned jobs);

/* The words " (`ulimit -X` is N)" for the limit that an errno value speaks of, or "". To be freed. */
char *limit_behind(int error);

#endif

/* SPDX-License-Identifier: MIT */

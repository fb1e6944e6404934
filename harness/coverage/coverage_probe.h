/* A target of a suite as it is measured: the same program, run by what counts its instructions. */
#ifndef HARNESS_COVERAGE_PROBE_H
#define HARNESS_COVERAGE_PROBE_H

#include "harness/coverage/coverage.h"

struct probe {
  struct coverage *coverage;
  const struct target *original;
  struct target target;         /* what is driven in the place of ORIGINAL */
  char *path;                   /* of the file of its counters */
  struct counts_header *counts; /* NULL: closed */
  uint64_t *before;             /* the counters as they were last read; NULL: never */
  struct result stop;
  size_t expected; /* results that are still to come, that of its stop too */
};

/* Makes the probe for the target of ONE, whose counters stand in the new file PATH. The caller frees it with
   probe_free. */
struct probe *probe_make(struct coverage *coverage, const struct covered_case *one, const char *path);
void probe_free(struct probe *probe);

/* Gives up the counters, their memory and their file: nothing more will be collected. A suite may have thousands of
   servers, and each has counters of 24 bytes for each byte of its program. */
void probe_close(struct probe *probe);

/* Notes for ONE what was counted since the counters were last read. */
void probe_collect(struct probe *probe, struct covered_case *one);

/* Whether all is there that the programs of LIST are measured with. If not, WHY says what is missing. */
bool probes_check(const struct coverage_list *list, struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */

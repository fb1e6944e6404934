/* The filter of a program: a command through which both sides of a comparison pass before they are compared, so that
   what may differ does not count. It hides bytes, and so each report says how many it changed. */
#ifndef HARNESS_FILTER_H
#define HARNESS_FILTER_H

#include "harness/verdict/result.h"

struct program;
struct workspace;

/* The two sides after the filter. */
struct filtered {
  struct bytes expected, actual;
};

/* Passes both sides through the filter of RESULT's program, and notes in RESULT how many bytes of each it changed.
   Returns false, and RESULT is a fault, where the filter failed, or left nothing of either side. */
bool filter_sides(struct workspace *workspace, struct result *result, struct span expected, struct span actual,
                  struct filtered *filtered);

/* Passes TEXT through the filter of PROGRAM. Returns false, and WHY says how it failed. */
bool filter_text(struct workspace *workspace, const struct program *program, const struct test_case *test_case,
                 struct span text, struct bytes *out, struct bytes *why);

void filtered_free(struct filtered *filtered);

/* How many bytes of BEFORE were taken away, and of AFTER put in, at least, to make the one of the other. Where these
   are more than MOST_CHANGES, all from the first change to the last are counted. */
enum { MOST_CHANGES = 2000 };
size_t count_changes(struct span before, struct span after);

#endif

/* SPDX-License-Identifier: MIT */

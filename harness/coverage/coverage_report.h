/* What was reached, and what was not, for people and for other tools. */
#ifndef HARNESS_COVERAGE_REPORT_H
#define HARNESS_COVERAGE_REPORT_H

#include "harness/coverage/coverage.h"
#include "harness/coverage/explained.h"

#include <jansson.h>
#include <stdio.h>

/* How much of something there is, and how much of that was reached. */
struct share_of {
  size_t reached, all;
};

struct coverage_sums {
  struct share_of instructions, edges, data;
};

/* The sums over the COUNT entries from ENTRIES on. */
struct coverage_sums coverage_sum(const struct coverage *coverage, const struct map_entry *entries, size_t count);

/* How many entries from ENTRY on are code of the same routine, ENTRY being code. */
size_t routine_length(const struct program_map *map, const struct map_entry *entry);

/* The table of routines, those that were not reached in full or, where VERBOSE, all; then each line of a generator that
   was not, but for those that UNREACHED explains; where VERBOSE those too, with the reason. Counts what each line of
   UNREACHED explains, and returns how many gaps none does. */
size_t coverage_print(const struct coverage *coverage, struct explained_list *unreached, bool verbose, FILE *out);

/* The same as JSON, one object of fixtures/schemas/coverage.json; *OPEN becomes how many gaps are not explained. */
json_t *coverage_object(const struct coverage *coverage, struct explained_list *unreached, size_t *open);

/* lcov's tracefile, geninfo(1): the lines of the generators, how many cases execute each, and both edges of each
   branch. Returns 0 or an errno value. */
int coverage_lcov(const struct coverage_list *list, const char *path);

/* JSON, one object a line, one for each routine. Returns 0 or an errno value. */
int coverage_json(const struct coverage_list *list, const char *path);

/* A section of the HTML page: a picture of each ELF that a result is about, from its source map, coloured by what is
   stored of its coverage in the build's folder. */
extern const struct html_section byte_map_section;

#endif

/* SPDX-License-Identifier: MIT */

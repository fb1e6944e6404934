/* Lists that explain what a measurement leaves open: mutants that nothing can kill, instructions that nothing can
   reach. A line is

     PROGRAM | ROUTINE | WHAT | SOURCE LINE | REASON

   and its first four fields are shell patterns. A source line is named by its text, without the blanks around it:
   unlike its number, and the addresses of what it laid, that stays while other lines change. Lines that begin with #
   are comments. A line that explains nothing is a mistake, and reported as one. */
#ifndef HARNESS_EXPLAINED_H
#define HARNESS_EXPLAINED_H

#include "harness/map/program_map.h"

enum { EXPLAINED_PROGRAM, EXPLAINED_ROUTINE, EXPLAINED_WHAT, EXPLAINED_SOURCE, EXPLAINED_REASON, EXPLAINED_FIELDS };

struct explained {
  char *fields[EXPLAINED_FIELDS];
  int line;
  unsigned needed; /* how much it explains, where a report has counted */
  unsigned others; /* what it speaks of, but need not explain */
};

struct explained_list {
  char *path;
  struct explained *items;
  size_t count;
};

/* Reads the list PATH; one that is not there is empty. On failure returns false, and WHY says what is wrong where. */
bool explained_read(struct explained_list *list, const char *path, struct bytes *why);
void explained_free(struct explained_list *list);

/* The first line of the list that speaks of WHAT in the program PROGRAM at ENTRY, or NULL. */
struct explained *explain(const struct explained_list *list, const char *program, const struct map_entry *entry,
                          const char *what);

/* The text of the generator's line that laid ENTRY, without the blanks around it; "" where the source is not there. */
const char *source_line(const struct map_entry *entry);

#endif

/* SPDX-License-Identifier: MIT */

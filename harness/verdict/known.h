/* The list of known divergences. It works both ways: what stands in it must diverge, and in just that way.

   One entry a line: SUITE/CASE PROGRAM RUNNER SIGNATURE, the first three shell patterns, as in
       markdown/spec/042 markdown-server_* * body@57:3f1c99e05e0a1b22
   Text after # says why. The list's goal is to be empty. */
#ifndef HARNESS_KNOWN_H
#define HARNESS_KNOWN_H

#include "harness/verdict/result.h"

struct known_entry {
  char *test_case;
  char *program;
  char *runner;
  char *signature;
  int line;
  bool met; /* by a case that ran */
};

struct known_list {
  char *path;
  struct known_entry *entries;
  size_t count;
};

/* Reads PATH; a file that is not there is an empty list. WHY names the line that is no entry. */
bool known_read(const char *path, struct known_list *list, struct bytes *why);

/* Looks RESULT up in the list: sets result->known, and adds to the detail what the list says otherwise. */
void known_apply(struct known_list *list, struct result *result);

/* Writes to PATH the failures among the COUNT results. Returns 0 or an errno value. */
int known_write(const char *path, const struct result *results, size_t count);

void known_free(struct known_list *list);

/* Whether the result turns the gate red. */
bool result_failed(const struct result *result);

#endif

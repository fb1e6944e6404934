/* The room reduce/: makes a failing document smaller, down to the smallest that still fails in the same way. */
#ifndef HARNESS_REDUCE_H
#define HARNESS_REDUCE_H

#include "harness/session/session.h"

struct reduction {
  struct bytes document; /* the smallest so far */
  size_t tried;          /* documents that were run */
  int interrupted;       /* signal, or 0 */
  bool out_of_time;
};

/* Reduces the input of RESULT, a failure of a case that is a document, by lines, then by bytes: removes ever smaller
   pieces for as long as the program, run on the rest, fails alike (results_alike); then replaces by x what cannot be
   removed. Stops after SECONDS.
   PATH, where not NULL, is written again whenever a smaller document was found, and at the end. Where it starts from is
   the file that is there, if that is smaller and fails in that way. LANES programs work side by side; what comes out
   does not depend on their number. The caller frees the document. */
void reduce_result(struct workspace *workspace, const struct result *result, unsigned lanes, const char *path,
                   double seconds, struct reduction *reduction);

/* Where the reduced document would be a case of RESULT's suite: a file in the folder that its case is of, or in that of
   bytegate, called after the case. IS_FOUND: the pattern of the suite finds it there. The caller frees the path. */
char *reduced_case_path(const struct result *result, bool *is_found);

#endif

/* SPDX-License-Identifier: MIT */

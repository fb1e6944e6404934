/* The room reduce/: makes a failing document smaller, down to the smallest that still fails in the same way. */
#ifndef HARNESS_REDUCE_H
#define HARNESS_REDUCE_H

#include "harness/session/session.h"

struct reduction {
  struct bytes document; /* the smallest so far */
  size_t tried;          /* documents that were run */
  int interrupted;       /* signal, or 0 */
  bool out_of_time;
  bool any; /* the document fails in another way than the case: with other bytes, or another description */
};

struct reduce_options {
  unsigned lanes;   /* programs side by side; what comes out does not depend on their number */
  const char *path; /* written again whenever a smaller document was found, and at the end; NULL: no file */
  double seconds;   /* the most that it takes */
  bool any;         /* any failure of the same verdict and part will do (results_of_one_part) */
};

/* Reduces the input of RESULT, a failure of a case that is a document, by lines, then by bytes: removes ever smaller
   pieces for as long as the program, run on the rest, fails alike (results_alike); then replaces by x what cannot be
   removed. Where nothing smaller fails alike, or none was found in half of the time, it begins again with any failure
   of the same verdict and part.
   Where it starts from is the file at the path of OPTIONS, if that is smaller and fails in that way. The caller frees
   the document. */
void reduce_result(struct workspace *workspace, const struct result *result, const struct reduce_options *options,
                   struct reduction *reduction);

/* Where the reduced document would be a case of RESULT's suite, called after its case: a file in the folder that the
   case is of, or in another folder of cases; of a suite without any, beside the suite file. IS_FOUND: the suite finds
   it there. The caller frees the path. */
char *reduced_case_path(const struct result *result, bool *is_found);

/* What makes the suite of RESULT find the file at PATH, where it does not: for a person, as the rest of a line. The
   caller frees it. */
char *reduced_case_advice(const struct result *result, const char *path);

#endif

/* SPDX-License-Identifier: MIT */

/* The room reduce/: makes a failing document smaller, down to the smallest that still fails in the same way. */
#ifndef HARNESS_REDUCE_H
#define HARNESS_REDUCE_H

#include "harness/session/session.h"

struct reduction {
  struct bytes document; /* the smallest so far */
  size_t tried;          /* documents that were run */
  int interrupted;       /* signal, or 0 */
};

/* Reduces the input of RESULT, a failure of a case that is a document, by lines, then by bytes: removes ever smaller
   pieces for as long as the program, run on the rest, fails alike (results_alike).
   PATH, where not NULL, is written again whenever a smaller document was found, and is where it starts from if it is
   there and fails in that way. LANES programs work side by side; what comes out does not depend on their number.
   The caller frees the document. */
void reduce_result(struct workspace *workspace, const struct result *result, unsigned lanes, const char *path,
                   struct reduction *reduction);

/* Where the reduced document would be a case of RESULT's suite: a file in its first folder of documents, or in that of
   bytegate, called after the case. The caller frees it. */
char *reduced_case_path(const struct result *result);

#endif

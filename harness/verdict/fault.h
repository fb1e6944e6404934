/* Faults: failures that are alike, and so most likely have one cause. A broken program fails thousands of cases; a
   reader wants to know how many causes there are. */
#ifndef HARNESS_FAULT_H
#define HARNESS_FAULT_H

#include "harness/verdict/result.h"

struct fault {
  const struct result *example; /* of those with the shortest input, the first */
  const char *cause;            /* the place in the program that all that were looked at lead to; NULL: none was */
  size_t failures;
  size_t cases;        /* different ones */
  size_t targets;      /* programs, each on a runner */
  bool scattered;      /* its program fails in almost as many ways as cases: ways tell nothing of causes there */
  size_t number, root; /* of faults_find alone */
};

/* Whether two failures are alike: they have the same verdict and, of a divergence, the same part and the same two
   bytes, or ends, where it begins, in the headers the same field; of a crash or a refusal, the same description. What
   is printed and what is served is one part; numbers of a case (lengths, what was leaked) do not count. */
bool results_alike(const struct result *a, const struct result *b);

/* Whether two failures have the same verdict and, of a divergence, the same part, whatever their bytes are. */
bool results_of_one_part(const struct result *a, const struct result *b);

/* What results that are alike have in common, as text: "DIVERGED: body: 0x70, expected 0x68". The caller frees
   it. */
char *result_way(const struct result *result);

/* Sorts the failures among the COUNT results into faults, that with the most failures first, gives each its number, and
   returns how many there are. Failures that were looked at belong together by their cause; those that are alike go
   with them, as most likely of the same cause; and so do those of one case and one program on several machines and
   runners. Where all failures of a program are wrong bytes of one part, and most cases begin with a pair of bytes of
   their own, as of a checksum, its faults are scattered: they may well be one. What was not tried, because its program
   cannot be run, belongs to none. The caller frees FAULTS. */
size_t faults_find(struct result *results, size_t count, struct fault **faults);

/* The fault that RESULT, which faults_find has seen, belongs to, or NULL. */
const struct fault *fault_of(const struct fault *faults, size_t count, const struct result *result);

#endif

/* SPDX-License-Identifier: MIT */

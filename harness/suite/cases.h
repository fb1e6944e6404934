/* Cases: the inputs of a suite, and the sources that they come from. */
#ifndef HARNESS_CASES_H
#define HARNESS_CASES_H

#include "harness/suite/conversation.h"
#include "harness/suite/program.h"
#include "harness/suite/tree.h"

struct suite;

/* What an oracle command said about a case. */
struct answer {
  const char *command; /* borrowed of its program */
  struct bytes text;
};

/* One input. */
struct test_case {
  char *id; /* unique within its suite, as in "spec/123" */
  struct bytes input;
  struct bytes expected; /* the published bytes, where has_expected */
  bool has_expected;
  struct conversation *conversation; /* owned; NULL: the case is a document, or a tree */
  struct tree *tree;                 /* owned; what stands in the program's folder; NULL: the document alone */
  struct bytes truth[ORACLE_KINDS];  /* what each oracle said, where asked */
  bool asked[ORACLE_KINDS];
  struct answer **answers; /* of commands: each program may have its own */
  size_t answer_count;
};

enum source_kind {
  SOURCE_SPEC,
  SOURCE_FOLDER,
  SOURCE_DOCUMENTS,
  SOURCE_RANDOM,
  SOURCE_CONVERSATIONS,
  SOURCE_TREES,
  SOURCE_NOTHING
};

/* Where cases come from: one [cases] section. */
struct case_source {
  char *name;
  int kind;               /* enum source_kind */
  struct text_list paths; /* files, or one folder */
  char *pattern;          /* shell pattern that a file's name must match */
  char *expected;         /* path of the published bytes; {name}: the case's name without its last suffix */
  size_t count;           /* of random documents */
  size_t seed;            /* of random documents */
  size_t every;           /* takes the first case of each so many */
  int line;
};

/* Makes the cases of the suite from their sources. SEED replaces the suite's own for random documents where HAS_SEED.
   PICK, a shell pattern or NULL, spares random documents that are not wanted. */
bool suite_make_cases(struct suite *suite, bool has_seed, uint64_t seed, const char *pick, struct bytes *why);

/* Frees what the oracles said about a case, so that they are asked again. */
void forget_truth(struct test_case *one);

#endif

/* Cases: the inputs of a suite, and the sources that they come from. */
#ifndef HARNESS_CASES_H
#define HARNESS_CASES_H

#include "harness/suite/program.h"

struct conversation;
struct suite;
struct tree;

/* What an oracle command said about a case. */
struct answer {
  const void *asker; /* the program that it was asked for; borrowed */
  struct bytes text;
};

/* One input. */
struct test_case {
  char *id;   /* unique within its suite, as in "spec/123" */
  char *file; /* owned; its own file, of which the input is the content; NULL: it has none */
  struct bytes input;
  struct bytes expected; /* the published bytes, where has_expected */
  bool has_expected;
  struct conversation *conversation; /* owned; NULL: the case is a document, or a tree */
  struct tree *tree;                 /* owned; what stands in the program's folder; NULL: the document alone */
  struct bytes truth[ORACLE_KINDS];  /* what each oracle said, where asked */
  bool asked[ORACLE_KINDS];
  struct answer **answers; /* of commands, and of libcmark under options: each program may have its own */
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

/* The words of these, in their order, up to NULL. */
extern const char *const source_words[];

/* The keys (keys.h): type, field, key, default, words. */
#define CASES_KEYS(KEY)                                                                                                \
  /* enum source_kind */                                                                                               \
  KEY(KEY_CHOICE, kind, "source", NULL, source_words)                                                                  \
  /* files, or one folder */                                                                                           \
  KEY(KEY_LIST, paths, "path", NULL, NULL)                                                                             \
  /* shell pattern that a file's name must match */                                                                    \
  KEY(KEY_TEXT, pattern, "pattern", "*", NULL)                                                                         \
  /* path of the published bytes; {name}: the case's name without its last suffix */                                   \
  KEY(KEY_TEXT, expected, "expected", NULL, NULL)                                                                      \
  /* of random documents */                                                                                            \
  KEY(KEY_NUMBER, count, "count", "100", NULL)                                                                         \
  /* of random documents */                                                                                            \
  KEY(KEY_NUMBER, seed, "seed", "1", NULL)                                                                             \
  /* every = 10 takes the cases 1, 11, 21 and so on */                                                                 \
  KEY(KEY_NUMBER, every, "every", "1", NULL)

/* Where cases come from: one [cases] section. */
struct case_source {
  char *name;
  int line;
  CASES_KEYS(KEY_FIELD)
};

extern const struct key_table cases_keys;

/* Makes the cases of the suite from their sources. SEED replaces the suite's own for random documents where HAS_SEED.
   PICK, a shell pattern or NULL, leaves out random documents that are not wanted. */
bool suite_make_cases(struct suite *suite, bool has_seed, uint64_t seed, const char *pick, struct bytes *why);

/* Frees what the oracles said about a case, so that they are asked again. */
void forget_truth(struct test_case *one);

#endif

/* Cases: the inputs of a suite, and the sources that they come from. */
#ifndef HARNESS_CASES_H
#define HARNESS_CASES_H

#include "harness/suite/program.h"

struct conversation;
struct suite;
struct tree;

/* What an oracle command said about a case. */
struct answer {
  const struct program *asker; /* that it was asked for; borrowed */
  const char *path;            /* and what was requested of that; borrowed */
  bool booked;                 /* somebody is to ask, and has not yet */
  bool failed;                 /* somebody asked in vain */
  struct bytes text;
};

/* One input. */
struct test_case {
  char *id;   /* unique within its suite, as in "spec/123" */
  char *file; /* owned; its own file, of which the input is the content; NULL: it has none */
  char *name; /* of its input, without its last suffix: {name} */
  struct bytes input;
  struct bytes expected; /* the published bytes, where has_expected */
  bool has_expected;
  char *expected_path;               /* owned; the file of those bytes; NULL: none was named */
  bool lacks_expected;               /* there is no such file: `accept` is to write it */
  bool expects_folder;               /* those tell a folder (folder.h) */
  struct conversation *conversation; /* owned; NULL: the case is a document, or a tree */
  struct tree *tree;                 /* owned; what stands in the program's folder; NULL: the document alone */
  char *folder;                      /* or the path of a folder, of which a copy stands there; NULL: none */
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
  SOURCE_FOLDERS,
  SOURCE_NOTHING
};

/* The words of these, in their order, up to NULL. */
extern const char *const source_words[];

/* The keys (keys.h): type, field, key, default, words, placeholders, what they need, help. */
#define CASES_KEYS(KEY)                                                                                                \
  KEY(KEY_CHOICE, kind, "source", NULL, source_words, KNOWS_NONE, NULL, "where the cases come from")                   \
  KEY(KEY_LIST, paths, "path", NULL, NULL, KNOWS_FIXED | KNOWS_AS_PATH,                                                \
      "source = spec | folder | documents | conversations | trees | folders",                                          \
      "a file or folder; may stand several times")                                                                     \
  KEY(KEY_TEXT, pattern, "pattern", "*", NULL, KNOWS_NONE, "source = folder | conversations | trees | folders",        \
      "shell pattern on the names in a folder")                                                                        \
  KEY(KEY_TEXT, expected, "expected", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH,                            \
      "source = folder | documents | trees | folders | nothing",                                                       \
      "the file of expected bytes; {name}: one for each case")                                                         \
  KEY(KEY_YES_NO, unpacks, "unpack", "yes", NULL, KNOWS_NONE, "source = folder | documents",                           \
      "no: what gzip has compressed stays as it is")                                                                   \
  KEY(KEY_NUMBER, count, "count", "100", NULL, KNOWS_NONE, "source = random", "of random documents")                   \
  KEY(KEY_NUMBER, seed, "seed", "1", NULL, KNOWS_NONE, "source = random", "of random documents")                       \
  KEY(KEY_TEXT, alphabet, "alphabet", NULL, NULL, KNOWS_NONE, "source = random",                                       \
      "the characters of random lines, as a-z0-9\\s; none: Markdown")                                                  \
  KEY(KEY_NUMBER, every, "every", "1", NULL, KNOWS_NONE, NULL, "10: the cases 1, 11, 21 and so on")

/* Where cases come from: one [cases] section. */
struct case_source {
  char *name;
  int line;
  uint64_t given; /* the keys that stand in it, a bit each */
  CASES_KEYS(KEY_FIELD)
};

extern const struct key_table cases_keys;

/* Makes the cases of the suite from their sources. SEED replaces the suite's own for random documents where HAS_SEED.
   PICK, a shell pattern or NULL, leaves out random documents that are not wanted. */
bool suite_make_cases(struct suite *suite, bool has_seed, uint64_t seed, const char *pick, struct bytes *why);

/* A hash of all that the case ONE on PROGRAM of SUITE consists of, but the program's own file: how it is run, the
   input, what is expected, and what stands in its folder before. */
uint64_t case_hash(const struct suite *suite, const struct program *program, const struct test_case *one);

/* Frees what the oracles said about a case, so that they are asked again. */
void forget_truth(struct test_case *one);

#endif

/* SPDX-License-Identifier: MIT */

/* The room suite/: reads what is to be run. A suite is an INI file that names programs, each with how it is run and
   what is true about it, and cases, each one input. Every program of a suite runs every case of it. fixtures/README.md
   describes the keys.

   A program of the file becomes a target for each architecture and runner that it names: the same ELF pattern, the
   same arguments. */
#ifndef HARNESS_SUITE_H
#define HARNESS_SUITE_H

#include "harness/suite/cases.h"
#include "harness/suite/program.h"
#include "harness/suite/target.h"

/* The keys (keys.h): type, field, key, default, words, placeholders, what they need, help. */
#define SUITE_KEYS(KEY)                                                                                                \
  KEY(KEY_TEXT, about, "about", "", NULL, TAKES_EMPTY | KNOWS_UNREAD, NULL, "one line for people")                     \
  KEY(KEY_YES_NO, on_demand, "on-demand", "no", NULL, KNOWS_NONE, NULL, "yes: it runs only when it is named")

struct suite {
  char *name;
  char *path;
  uint64_t given; /* the keys that stand in [suite], a bit each */
  char *folder;   /* of the suite file, from any folder: {suite} */
  char *build;    /* {build}, from any folder */
  SUITE_KEYS(KEY_FIELD)
  bool lacks_package; /* a file that one of Debian's packages brings is not there */
  bool accepts;       /* expected bytes may be missing: they are about to be written */
  struct program *programs;
  size_t program_count;
  struct case_source *sources;
  size_t source_count;
  struct target *targets;
  size_t target_count;
  struct test_case *cases;
  size_t case_count;
};

extern const struct key_table suite_keys;

/* Reads the suite file PATH. Paths in it are relative to its folder; {build} is BUILD. On failure returns false, and
   WHY says the file, the line, what is wrong, and what would be right. */
bool suite_read(const char *path, const char *build, struct suite *suite, struct bytes *why);

/* The same from TEXT; PATH is only its name. */
bool suite_read_text(const char *text, const char *path, const char *build, struct suite *suite, struct bytes *why);

void suite_free(struct suite *suite);

#endif

/* SPDX-License-Identifier: MIT */

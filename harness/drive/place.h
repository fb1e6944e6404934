/* What stands in a program's folder when it is asked: the document, or what a case has in its place, or a tree. */
#ifndef HARNESS_PLACE_H
#define HARNESS_PLACE_H

#include "harness/suite/conversation.h"
#include "harness/suite/target.h"

#include <sys/stat.h>

struct test_case;

/* The place of the document of one process. */
struct place {
  char *folder;            /* borrowed: the process's own */
  char *document;          /* path of {file}, in that folder */
  enum document_kind kind; /* what stands there now */
  struct stat seen;        /* it, as it was placed; st_nlink 0: nothing */
  int port;                /* what {port} is; 0: nothing has asked for it */
  char port_text[8];
  struct stat output; /* the file that the program is to write, as it stood before; st_nlink 0: it was not there */
  uint64_t before;    /* a hash of what stood in the folder when the program was started; 0: nobody asked */
};

/* The place of the document of TARGET for TEST_CASE, in FOLDER. */
void place_open(struct place *place, char *folder, const struct target *target, const struct test_case *test_case);
void place_close(struct place *place);

/* What the placeholders are for TARGET at TEST_CASE. Borrowed from these. */
struct places place_places(const struct place *place, const struct target *target, const struct test_case *test_case);

/* Puts there what the program of TARGET has there for every case. On failure returns false, and WHY says why. */
bool place_furnish(struct place *place, const struct target *target, const struct test_case *test_case,
                   struct bytes *why);

/* Puts there what TEST_CASE needs. On failure returns false, and WHY names the path and the reason. */
bool place_case(struct place *place, const struct test_case *test_case, struct bytes *why);

/* Notes what stands in the folder now; and whether anything there is another now: then a program was at work. */
void place_note(struct place *place);
bool place_is_touched(const struct place *place);

/* Notes the file NAME below the folder, if it is there; and whether that is still as it was. */
void place_note_output(struct place *place, const char *name);
bool place_output_stood(const struct place *place, const char *name);

/* What became of the document since: "was removed", "was changed"; NULL where it is as it was placed. */
const char *place_changed(const struct place *place);

#endif

/* SPDX-License-Identifier: MIT */

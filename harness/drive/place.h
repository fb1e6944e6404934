/* What stands in a program's folder when it is asked: the document, or what a case has in its place, or a tree. */
#ifndef HARNESS_PLACE_H
#define HARNESS_PLACE_H

#include "harness/suite/conversation.h"

#include <sys/stat.h>

struct test_case;

/* The place of the document of one process. */
struct place {
  char *folder;            /* borrowed: the process's own */
  char *document;          /* path of {file}, in that folder */
  enum document_kind kind; /* what stands there now */
  struct stat seen;        /* it, as it was placed; st_nlink 0: nothing */
};

void place_open(struct place *place, char *folder);
void place_close(struct place *place);

/* Puts there what TEST_CASE needs. On failure returns false, and WHY names the path and the reason. */
bool place_case(struct place *place, const struct test_case *test_case, struct bytes *why);

/* What became of the document since: "was removed", "was changed"; NULL where it is as it was placed. */
const char *place_changed(const struct place *place);

#endif

/* Writes documents, and sees whether they are still there. */
#include "harness/drive/place.h"

#include "harness/suite/cases.h"
#include "harness/suite/conversation.h"
#include "harness/suite/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void place_open(struct place *place, char *folder) {
  *place = (struct place){.folder = folder, .document = xasprintf("%s/document.md", folder), .kind = DOCUMENT_FILE};
}

void place_close(struct place *place) {
  free(place->document);
  *place = (struct place){0};
}

static void look(const struct place *place, struct stat *status) {
  if (lstat(place->document, status) != 0)
    *status = (struct stat){0};
}

/* Returns 0 or an errno value. */
static int make(const struct place *place, const struct test_case *test_case) {
  const struct conversation *talk = test_case->conversation;
  switch (place->kind) {
  case DOCUMENT_FILE:
    return write_file(place->document, talk ? span_of(&talk->text) : span_of(&test_case->input));
  case DOCUMENT_DIRECTORY:
    return mkdir(place->document, 0755) == 0 ? 0 : errno;
  case DOCUMENT_HOLLOW:
    return write_file(place->document, (struct span){"", 0}) || truncate(place->document, (off_t)talk->hollow_size) != 0
               ? EIO
               : 0;
  default:
    return 0;
  }
}

bool place_case(struct place *place, const struct test_case *test_case, struct bytes *why) {
  enum document_kind kind = test_case->conversation ? test_case->conversation->document : DOCUMENT_FILE;
  if (place->kind != DOCUMENT_FILE || kind != DOCUMENT_FILE)
    (void)(remove(place->document) == 0 || errno == ENOENT || rmdir(place->document));
  place->kind = kind;
  if (test_case->tree)
    return tree_make(test_case->tree, place->folder, why);
  int failed = make(place, test_case);
  if (failed)
    bytes_printf(why, "%s: %s", place->document, strerror(failed));
  look(place, &place->seen);
  return failed == 0;
}

const char *place_changed(const struct place *place) {
  const struct stat *was = &place->seen;
  struct stat is;
  if (was->st_nlink == 0)
    return NULL; /* nothing was placed, or a tree, which is removed with the process */
  look(place, &is);
  if (is.st_nlink == 0)
    return "was removed";
  bool same = is.st_ino == was->st_ino && is.st_mode == was->st_mode && is.st_nlink == was->st_nlink &&
              is.st_size == was->st_size && is.st_mtim.tv_sec == was->st_mtim.tv_sec &&
              is.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
  return same ? NULL : "was changed";
}

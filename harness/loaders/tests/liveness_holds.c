/* Holds a line of the matrix to a program. */
#include "harness/loaders/tests/liveness_holds.h"

#include <stdlib.h>

/* The same change of all bytes that LINE calls not read: does it show? */
static bool shows_at_once(struct liveness_subject *subject, struct span line, size_t which) {
  for (size_t at = 0; at < line.len; at++)
    if (line.data[at] == '.')
      liveness_change(subject, at, which);
  bool read = !liveness_behaves(subject);
  for (size_t at = 0; at < line.len; at++)
    if (line.data[at] == '.')
      liveness_change(subject, at, which);
  return read;
}

/* Whether the byte AT is what LINE calls it; MARK is what the map does. Of one that is read, the change that it is
   called by shows, and none before that. */
static bool byte_holds(struct liveness_subject *subject, char mark, char called, size_t at) {
  if (mark != '?' || called == '.')
    return mark == called || mark == '?';
  if (called < '1' || called > '4')
    return false;
  for (size_t i = 0; i < (size_t)(called - '1'); i++)
    if (liveness_shows(subject, at, i))
      return false;
  return liveness_shows(subject, at, (size_t)(called - '1'));
}

bool liveness_holds(struct workspace *workspace, const char *build, const struct loader_row *row, enum loader loader,
                    struct span line, struct bytes *why) {
  struct liveness_subject subject;
  char *marks = liveness_open(&subject, workspace, build, row, loader, why);
  bool good = marks && line.len == subject.file.len;
  if (marks && !good)
    bytes_printf(why, "%s %s: the line has %zu bytes of %zu", row->name, loader_name(loader), line.len,
                 subject.file.len);
  for (size_t at = 0; good && at < line.len; at++) {
    good = byte_holds(&subject, marks[at], line.data[at], at);
    if (!good)
      bytes_printf(why, "%s %s: the byte at %#zx is not what it is called, '%c'", row->name, loader_name(loader), at,
                   line.data[at]);
  }
  for (size_t i = 0; good && i < sizeof liveness_changes; i++) {
    good = !shows_at_once(&subject, line, i);
    if (!good)
      bytes_printf(why, "%s %s: of the bytes that are called not read, one is: exclusive or with %#x shows", row->name,
                   loader_name(loader), liveness_changes[i]);
  }
  free(marks);
  liveness_close(&subject);
  return good;
}

/* SPDX-License-Identifier: MIT */

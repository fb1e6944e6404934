/* The files that a program writes: which file each descriptor leads to, and at which byte of it the next write goes.
   Files have names, of which the last counts: a program may write one and rename it. */
#ifndef HARNESS_BLAME_FILES_H
#define HARNESS_BLAME_FILES_H

#include "harness/blame/blame_observe.h"
#include "harness/helpers/plugin/calls.h"

struct files;

/* Where the next byte of a descriptor goes. */
struct opened {
  int file;    /* -1: it leads to no file that was opened by a name */
  uint64_t at; /* byte */
  bool appends;
};

struct files *files_begin(void);
void files_end(struct files *files);

/* PATH as it is seen from the folder BASE (NULL: where the program began), without '.' and '..'. It belongs to FILES.
 */
const char *files_join(struct files *files, const char *base, const char *path);

/* Stream STREAM leads to the file PATH from now on, as open(2) was asked for it with FLAGS. */
void files_open(struct files *files, int stream, const char *path, uint64_t flags);

/* PATH is no name of its file any more; TO, where it is not NULL, is one then. */
void files_rename(struct files *files, const char *path, const char *to);

/* What is known of stream STREAM; the caller may move it. NULL: nothing. */
struct opened *files_of(struct files *files, int stream);

/* LENGTH bytes were written to OPENED, at byte AT of its file. */
void files_write(struct files *files, const struct opened *opened, uint64_t at, uint64_t length);

/* The byte to which the next write of OPENED goes. */
uint64_t files_next(const struct files *files, const struct opened *opened);

/* The file that is now called NAME, below the folder in which the program began; -1: there is none. */
int files_named(const struct files *files, const char *name);

#endif

/* SPDX-License-Identifier: MIT */

/* Which bytes of a program's headers a loader reads: each is changed to several other values, and where none of them
   makes the program end or print otherwise, the loader does not care. Only what the program's map calls neither code
   nor text is changed. */
#ifndef HARNESS_LIVENESS_H
#define HARNESS_LIVENESS_H

#include "harness/loaders/loaders.h"

/* What is changed in a byte: exclusive or with each of these, in turn. */
extern const unsigned char liveness_changes[4];

/* A program under change. */
struct liveness_subject {
  struct workspace *workspace;
  const struct loader_row *row;
  enum loader loader;
  const struct machine *machine;
  char *path; /* of the changed file */
  struct bytes file;
};

/* Reads the program of ROW in BUILD/elf and what its map says of each byte: c code, t text, v read by some kernels, ?
   to be found out. Returns these marks, which the caller frees, or NULL, and WHY says what is missing. */
char *liveness_open(struct liveness_subject *subject, struct workspace *workspace, const char *build,
                    const struct loader_row *row, enum loader loader, struct bytes *why);
void liveness_close(struct liveness_subject *subject);

/* Changes byte AT by liveness_changes[WHICH], or back. */
void liveness_change(struct liveness_subject *subject, size_t at, size_t which);

/* Whether the file, as it is now, still does what its row says. */
bool liveness_behaves(struct liveness_subject *subject);

/* Whether that change of that byte shows. */
bool liveness_shows(struct liveness_subject *subject, size_t at, size_t which);

/* Appends to LINE one character for each byte of the program of ROW in BUILD/elf: 1 .. 4, read by LOADER, as that
   change shows first; . not read; c code; t text; v read by some kernels. Returns false where a file is missing, and
   WHY says which. */
bool liveness_of(struct workspace *workspace, const char *build, const struct loader_row *row, enum loader loader,
                 struct bytes *line, struct bytes *why);

/* Whether the matrix has a line for ROW under LOADER on this machine: a tiny program that runs there. */
bool liveness_applies(const struct loader_row *row, enum loader loader);

/* bytegate liveness: prints the matrix, as fixtures/liveness.txt holds it, of the programs whose name
   matches one of the shell patterns PROGRAMS, or of all; as JSON where JSON (fixtures/schemas/liveness.json). Returns
   the exit status. */
int liveness_command(const char *build, const char *table, const struct text_list *programs, bool json);

#endif

/* SPDX-License-Identifier: MIT */

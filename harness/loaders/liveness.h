/* Which bytes of a program's headers a loader reads: each is changed to several other values, and where none of them
   makes the program end or print otherwise, the loader does not care. Only what the program's map calls neither code
   nor text is changed. */
#ifndef HARNESS_LIVENESS_H
#define HARNESS_LIVENESS_H

#include "harness/loaders/loaders.h"

/* What is changed in a byte: exclusive or with each of these, in turn. */
extern const unsigned char liveness_changes[4];

/* Appends to LINE one character for each byte of the program of ROW in BUILD/elf: 1 .. 4, read by LOADER, as that
   change shows first; . not read; c code; t text; v read by some kernels. Returns false where a file is missing, and
   WHY says which. */
bool liveness_of(struct workspace *workspace, const char *build, const struct loader_row *row, enum loader loader,
                 struct bytes *line, struct bytes *why);

/* Whether LINE still holds: each change that showed shows, and all bytes that are not read may be changed at once, with
   each of the changes. It takes fewer attempts than to find out. Where it does not hold, returns false, and WHY names
   the byte. */
bool liveness_holds(struct workspace *workspace, const char *build, const struct loader_row *row, enum loader loader,
                    struct span line, struct bytes *why);

/* Whether the matrix has a line for ROW under LOADER on this machine: a tiny program that runs there. */
bool liveness_applies(const struct loader_row *row, enum loader loader);

/* bytegate liveness: prints the matrix, as fixtures/liveness.txt holds it, of the programs whose name
   matches one of the shell patterns PROGRAMS, or of all. Returns the exit status. */
int liveness_command(const char *build, const char *table, const struct text_list *programs);

#endif

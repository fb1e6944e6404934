/* The room bisect/: finds which commit broke a case, and, of two builds of one program, which routine did. */
#ifndef HARNESS_BISECT_H
#define HARNESS_BISECT_H

#include "harness/cli/options.h"
#include "harness/process/launch.h"

/* The commands `bisect --elf GOOD BAD` and `bisect CASE [GOOD [BAD]]`, in an opened session. The first prints the
   routines and tables without which the program BAD does not fail: the first selected case that it fails is taken, on
   the targets whose program has its file name or that --program selects. The second works in a clone in a temporary
   folder, which shares the objects of the repository that the current folder is in and never writes there. GOOD and BAD
   may be NULL: BAD is then HEAD, GOOD the nearest commit before it, in steps that double, in which the case is equal.
   Where JSON, both print one value instead (fixtures/schemas/bisect.json). Both return the exit status: EXIT_DIVERGED
   when the guilty one is found, EXIT_EQUAL when nothing fails. */
int bisect_elf(struct session *session, struct workspace *workspace, const char *good, const char *bad, bool json);
int bisect_git(struct session *session, struct workspace *workspace, const char *good, const char *bad, bool json);

/* The generator that lays the program ELF: the stamp in the folder BUILD that lists its file. The caller frees the
   name; NULL after a message. */
char *bisect_generator_of(const char *build, const char *elf);

/* The command `bisect`: the one of the two that the options ask for, by their operands. */
int bisect_command(struct session *session, struct workspace *workspace, const struct options *options);

#endif

/* SPDX-License-Identifier: MIT */

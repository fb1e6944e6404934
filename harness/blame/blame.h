/* The room blame/: finds which instruction of the program wrote a byte of its answer, and where it crashed or hangs.
   The case is run again under an observer, alone, as often as necessary. A fault that needs the cases before it does
   not show then, and blame says so. */
#ifndef HARNESS_BLAME_H
#define HARNESS_BLAME_H

#include "harness/process/launch.h"
#include "harness/session/session.h"
#include "harness/verdict/result.h"

struct options;

/* Appends lines that say who wrote byte OFFSET of PART of RESULT's answer: the first of them one that grep finds. GATE
   is the path of the bytegate command. Returns false where it cannot be observed, and WHY says why. */
bool blame_byte(struct workspace *workspace, const char *gate, const struct result *result, enum part part,
                size_t offset, struct bytes *out, struct bytes *why);

/* Appends lines that say where RESULT, which is no wrong byte, happened: for a crash the signal, the address at fault,
   and the instruction; for an end by itself the call that ended it; for a hang where the program spins, or in which
   system call it waits; for a leak the call that made the process. The same return. */
bool blame_end(struct workspace *workspace, const char *gate, const struct result *result, struct bytes *out,
               struct bytes *why);

/* Runs RESULT, which the program is to blame for, again until UNTIL_NS at most, and sets `where` to the lines that say
   which instruction it comes from, or why that was not seen, and `cause` to the place in a few words. */
void blame_result(struct workspace *workspace, const char *gate, struct result *result, uint64_t until_ns);

/* The command `blame`: runs the opened session, and explains its first failure, or byte --byte of the body (of stdout)
   of its first case. Returns the exit status. */
int blame_command(struct session *session, struct workspace *workspace, const struct options *options);

#endif

/* SPDX-License-Identifier: MIT */
